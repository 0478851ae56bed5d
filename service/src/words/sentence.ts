/** With one full stop at its end: reasons come from many places, with one and without. */
export const asSentence = (text: string): string => text.replace(/\.?$/, '.');
