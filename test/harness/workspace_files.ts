import {createHash} from 'node:crypto';
import type {FileName} from './client.ts';
import {AWKWARD_NAMES, REFUSED_NAMES} from './file_names.ts';
import {inParallel} from './in_parallel.ts';
import {pngPicture} from './png.ts';
import type {Random} from './random.ts';
import {RestError} from './rest_error.ts';
import type {Channel, Person} from './workspace_people.ts';

export interface SeededFile {
  readonly file_id: string;
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly channel_id: string;
  /** User name. */
  readonly uploader: string;
}

/** A name that the server would not take. It is told as latin1, one character a byte. */
export interface RefusedName {
  readonly name: string;
  readonly status: number;
  readonly id: string;
}

interface Upload {
  readonly name: FileName;
  readonly content: Buffer;
  readonly channel: Channel;
  readonly uploader: Person;
}

const MEGABYTE = 1024 * 1024;

/** Uploads `count` files of all sizes with ordinary and awkward names, and tries the names that ought to be refused. */
export async function uploadFiles(
  count: number,
  people: readonly Person[],
  channels: readonly Channel[],
  random: Random,
): Promise<{files: SeededFile[]; refused: RefusedName[]}> {
  const place = () => {
    const channel = random.pick(channels);
    return {channel, uploader: personNamed(people, random.pick(channel.members))};
  };
  const contents = Array.from({length: count}, (_, index) => contentOf(index, random));
  const ordinary = contents.map((content, index) => ({name: nameOf(index), content, ...place()}));
  const doubtful = REFUSED_NAMES.map((name) => ({name, content: Buffer.from('a name to refuse'), ...place()}));

  const outcomes = await inParallel<Upload, SeededFile | RefusedName>([...ordinary, ...doubtful], 8, async (upload) => {
    try {
      return await uploadOne(upload);
    } catch (thrown) {
      if (REFUSED_NAMES.includes(upload.name) && thrown instanceof RestError) {
        return {name: Buffer.from(upload.name as string).toString('latin1'), status: thrown.status, id: thrown.id};
      }
      throw thrown;
    }
  });
  return {
    files: outcomes.filter((outcome): outcome is SeededFile => 'file_id' in outcome),
    refused: outcomes.filter((outcome): outcome is RefusedName => 'status' in outcome),
  };
}

/** The person of that name; it is a mistake of the caller to ask for one who is not there. */
export function personNamed(people: readonly Person[], username: string): Person {
  const person = people.find((candidate) => candidate.username === username);
  if (person === undefined) {
    throw new Error(`Nobody is called ${username}.`);
  }
  return person;
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function uploadOne({name, content, channel, uploader}: Upload): Promise<SeededFile> {
  const info = await uploader.client.uploadFile(channel.id, name, content);
  return {
    file_id: info.id,
    name: info.name,
    sha256: sha256(content),
    size: content.length,
    channel_id: channel.id,
    uploader: uploader.username,
  };
}

// The first ones have the sizes that matter and ordinary names; an empty file travels another way than the rest.
const CHOSEN_SIZES = [30 * MEGABYTE, 0, 5 * MEGABYTE, 1, 4096, MEGABYTE];
const PICTURES = 4;

function contentOf(index: number, random: Random): Buffer {
  const size = CHOSEN_SIZES[index];
  if (size !== undefined) {
    return random.bytes(size);
  }
  if (index < CHOSEN_SIZES.length + PICTURES) {
    return pngPicture(64 + random.below(200), random);
  }
  return random.bytes(random.below(48 * 1024) + 1);
}

function nameOf(index: number): string {
  if (index < CHOSEN_SIZES.length) {
    return `size ${index}.bin`;
  }
  const afterSizes = index - CHOSEN_SIZES.length;
  if (afterSizes < PICTURES) {
    return `picture ${afterSizes}.png`;
  }
  return AWKWARD_NAMES[afterSizes - PICTURES] ?? `attachment ${index}.dat`;
}
