import {Readable} from 'node:stream';
import {expect, test} from '@jest/globals';
import {readFirstLine} from './first_line.ts';

test.each<[string, (Buffer | string)[], string]>([
  ['one line', ['pass word\n'], 'pass word'],
  ['no end', ['pass'], 'pass'],
  ['a Windows end', ['pass\r\n'], 'pass'],
  ['more lines', ['pass\nother\n'], 'pass'],
  ['spaces that belong to it', [' pass \n'], ' pass '],
  ['a letter cut in two', [Buffer.from([0x70, 0xc3]), Buffer.from([0xa4, 0x0a])], 'pä'],
])('of %s the first is taken', async (_name, chunks, line) => {
  expect(await readFirstLine(Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))))).toBe(line);
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.from('')],
  ['an empty line', Buffer.from('\nsecret\n')],
  ['a flood', Buffer.alloc(5000, 'secret')],
  ['bytes', Buffer.from([0xff, 0xfe, 0x0a])],
])('%s is refused, and not quoted', async (_name, bytes) => {
  const error = await readFirstLine(Readable.from([bytes])).then(
    () => null,
    (failure: Error) => failure,
  );
  expect(error).toMatchObject({code: 'USAGE_INVALID'});
  expect(error?.message).not.toContain('secret');
});
