import {createCipheriv, hash} from 'node:crypto';
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {inParallel} from '../../test/harness/in_parallel.ts';
import {seededRandom} from '../../test/harness/random.ts';
import {copyRows, type Cell} from './copy.ts';
import {authorOf, channelOf, idOf, timeOf, type Size} from './numbers.ts';
import type {Range} from './posts.ts';

const FILEINFO = [
  'id',
  'creatorid',
  'postid',
  'createat',
  'updateat',
  'deleteat',
  'path',
  'thumbnailpath',
  'previewpath',
  'name',
  'extension',
  'size',
  'mimetype',
  'width',
  'height',
  'haspreviewimage',
  'content',
  'remoteid',
  'archived',
  'channelid',
];
const KINDS = [
  ['jpg', 'image/jpeg'],
  ['pdf', 'application/pdf'],
  ['zip', 'application/zip'],
  ['log', 'text/plain'],
] as const;

const SMALLEST = 1024;
const LARGEST = 8 * 1024 * 1024;
const MEDIAN = 20 * 1024;
const SPREAD = 1.6;

type File = {
  number: number;
  post: number;
  path: string;
  name: string;
  extension: string;
  mimetype: string;
  bytes: number;
};

/** A post has one file at most: the files are spread evenly over the posts. */
export function fileAtPost({posts, files}: Size): (post: number) => number | null {
  const every = posts / files;
  return (post) => {
    const file = Math.ceil(post / every);
    return Math.floor(file * every) === post ? file : null;
  };
}

const postOfFile = ({posts, files}: Size, file: number): number => Math.floor((file * posts) / files);

/** Attachments on disk, and a row for each. Returns their bytes. */
export async function fillFiles(url: string, directory: string, size: Size, {from, to}: Range): Promise<number> {
  let bytes = 0;
  const numbers = Array.from({length: to - from}, (_, index) => from + index);
  await inParallel(numbers, 8, async (number) => {
    const file = describe(size, number);
    const path = join(directory, file.path);
    await mkdir(dirname(path), {recursive: true});
    await writeFile(path, content(size, file));
    bytes += file.bytes;
  });
  await copyRows(
    url,
    'fileinfo',
    FILEINFO,
    (function* () {
      for (const number of numbers) {
        yield row(size, describe(size, number));
      }
    })(),
  );
  return bytes;
}

/** Where Mattermost puts it: day, channel, uploader, and a directory for each file. */
function describe(size: Size, number: number): File {
  const post = postOfFile(size, number);
  const [extension, mimetype] = KINDS[number % KINDS.length] ?? KINDS[0];
  const name = number % 7 === 0 ? `Übersicht 図面 ${number}.${extension}` : `attachment ${number}.${extension}`;
  const day = new Date(timeOf(size, post)).toISOString().slice(0, 10).replaceAll('-', '');
  const channel = idOf(size, 'channel', channelOf(size, post));
  const user = idOf(size, 'user', authorOf(size, post));
  const path = `${day}/teams/noteam/channels/${channel}/users/${user}/${idOf(size, 'file', number)}/${name}`;
  return {number, post, path, name, extension, mimetype, bytes: bytesOf(size, number)};
}

/** Log-normal, as attachments are: many small ones, few that weigh. */
function bytesOf({seed}: Size, number: number): number {
  const random = seededRandom(seed * 1_000_003 + number);
  const uniform = (): number => (random.below(2 ** 31) + 1) / 2 ** 31;
  const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Math.round(Math.min(LARGEST, Math.max(SMALLEST, MEDIAN * Math.exp(SPREAD * normal))));
}

/** A stream cipher over zeros: the same bytes for the same seed, as fast as a disk, and no two files share a block. */
function content({seed}: Size, {number, extension, bytes}: File): Buffer {
  const key = hash('sha256', `${seed} content ${number}`, 'buffer').subarray(0, 16);
  const noise = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
  // A log shrinks to half; pictures and archives do not.
  return extension === 'log' ? Buffer.from(noise.toString('hex', 0, Math.ceil(bytes / 2))).subarray(0, bytes) : noise;
}

function row(size: Size, {number, post, path, name, extension, mimetype, bytes}: File): Cell[] {
  const at = timeOf(size, post) - 1000;
  return [
    idOf(size, 'file', number),
    idOf(size, 'user', authorOf(size, post)),
    idOf(size, 'post', post),
    at,
    at,
    0,
    path,
    '',
    '',
    name,
    extension,
    bytes,
    mimetype,
    0,
    0,
    false,
    '',
    '',
    false,
    idOf(size, 'channel', channelOf(size, post)),
  ];
}
