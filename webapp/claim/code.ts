/** Codes are read out and typed on phones: case, spaces and dashes of any kind do not matter. */
export function normaliseCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s\-\u2010-\u2015\u2212_.]/g, '');
}
