import {crc32, deflateSync} from 'node:zlib';
import type {Random} from './random.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A square PNG picture of `side` pixels: four coloured quarters, different for every draw of `random`. */
export function pngPicture(side: number, random: Random): Buffer {
  const colours = [random.bytes(3), random.bytes(3), random.bytes(3), random.bytes(3)];
  const rows = Array.from({length: side}, (_, row) => {
    const pixels = Array.from({length: side}, (_, column) => {
      const quarter = (row * 2 < side ? 0 : 2) + (column * 2 < side ? 0 : 1);
      return colours[quarter] ?? Buffer.alloc(3);
    });
    // Every row of a PNG begins with the number of its filter; 0 is none.
    return Buffer.concat([Buffer.of(0), ...pixels]);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // 8 bits a channel, colour type 2: red, green, blue.
  header.set([8, 2], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
