import type {FileName} from './client.ts';

/** Names that a server takes and that careless tools break. The server keeps each of them as it is. */
export const AWKWARD_NAMES: readonly string[] = [
  'quarterly report (final) v2.txt',
  `it's "quoted".txt`,
  'two\nlines.txt',
  'back\\slash.txt',
  '-rf',
  '--exclude=*',
  '.hidden',
  ' space before',
  'space after ',
  '   ',
  'tab\tand bell\u0007.txt',
  '😀 👩‍👩‍👧 🏳️‍🌈.txt',
  'שלום עולם.txt',
  'مرحبا بالعالم.pdf',
  'Größe ß ẞ.txt',
  'cafe\u0301 decomposed.txt',
  'caf\u00e9 composed.txt',
  '日本語のファイル.txt',
  '\u202Etxt.exe',
  '%41%00%2e%2e.txt',
  '*?<>|:;&.txt',
  '$(id) `id` ${HOME}.txt',
  'CON',
  'name.tar.gz.',
  `${'long name '.repeat(22)}.txt`,
  'x'.repeat(255),
  '日'.repeat(85),
];

/**
 * Names that the server refuses. Those that are not UTF-8 it writes to disk first, so their bytes stay there.
 * Not among them: "..", which the server takes when it is an uploader's first file in a channel. It then writes a file
 * where the folder of that uploader belongs, and nothing that they upload there afterwards can be stored.
 */
export const REFUSED_NAMES: readonly FileName[] = [
  Buffer.from('caf\u00e9 in latin1.txt', 'latin1'),
  Buffer.from([0xff, 0xfe, 0x2e, 0x80]),
  'x'.repeat(256),
  '日'.repeat(86),
  'nul\0byte.txt',
];
