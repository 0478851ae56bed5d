import {Failure} from '../kernel/failure.ts';

const LINE_LIMIT_BYTES = 1024;

/**
 * The first line of a stream, without its end; what follows is not read.
 * @throws Failure USAGE_INVALID when it is empty, too long or not UTF-8; never with its content
 */
export async function readFirstLine(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    const end = bytes.indexOf('\n');
    chunks.push(end < 0 ? bytes : bytes.subarray(0, end));
    length += bytes.length;
    if (end >= 0 || length > LINE_LIMIT_BYTES) {
      break;
    }
  }
  const line = Buffer.concat(chunks).toString('utf8').replace(/\r$/, '');
  if (line === '' || line.length > LINE_LIMIT_BYTES || line.includes('\uFFFD')) {
    throw new Failure(
      'USAGE_INVALID',
      line === '' ? 'There is no password on stdin.' : 'What is on stdin is no password: it is too long or not UTF-8.',
    );
  }
  return line;
}
