/** `1 file`, `2 files`, `1,234 people`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `1 person`, `1,234 people`. */
export const people = (count: number): string => counted(count, 'person', 'people');
