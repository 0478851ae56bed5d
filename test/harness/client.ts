import {readFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {openSession} from './session.ts';
import type {Method, Session} from './session.ts';

/** A name of a file: text, or bytes where the name is not text. */
export type FileName = string | Buffer;

interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly email?: string;
  readonly [property: string]: unknown;
}

interface FileInfo {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

interface Uploaded {
  readonly file_infos: readonly FileInfo[];
}

export interface Post {
  readonly id: string;
  readonly channel_id: string;
  readonly message: string;
  readonly create_at: number;
}

interface NewPost {
  readonly channel_id: string;
  readonly message: string;
  readonly root_id?: string;
  readonly file_ids?: readonly string[];
}

interface FormFile {
  readonly field: string;
  readonly fileName: string;
  readonly content: Buffer;
}

/** One person's session with one server. */
export interface Client {
  readonly url: string;
  login(username: string, password: string): Promise<User>;
  logout(): Promise<void>;
  /** The first user of a server becomes its system admin. */
  createUser(user: NewUser): Promise<User>;
  /** `path` is below /api/v4, for instance `/users/me`. */
  request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** The bytes of a file, a picture or anything else below /api/v4. */
  download(path: string): Promise<Buffer>;
  /** What a plugin answers itself: `path` is below /plugins/<id>. */
  requestPlugin<Answer>(id: string, method: Method, path: string, body?: unknown): Promise<Answer>;
  downloadFromPlugin(id: string, path: string): Promise<Buffer>;
  /** Sends one file, and other fields, as a multipart form. */
  upload<Answer>(path: string, file: FormFile, fields?: Record<string, string>): Promise<Answer>;
  /** Uploads a file for a post; the name may hold any bytes, the server decides. */
  uploadFile(channelId: string, name: FileName, content: Buffer): Promise<FileInfo>;
  createPost(post: NewPost): Promise<Post>;
  executeCommand(channelId: string, command: string): Promise<{text?: string; response_type?: string}>;
  uploadPlugin(tarball: string): Promise<{id: string; version: string}>;
  enablePlugin(id: string): Promise<void>;
}

const API = '/api/v4';

/** Opens a client of the server at `url`. Nobody is signed in yet. */
export function connect(url: string): Client {
  const session = openSession(url);

  async function request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    return parse<Answer>((await session.send(method, `${API}${path}`, body)).body);
  }

  return {
    url,
    login: async (username, password) => {
      session.carry(undefined);
      const answer = await session.send('POST', `${API}/users/login`, {login_id: username, password});
      session.carry(answer.token);
      return parse<User>(answer.body);
    },
    logout: async () => {
      await session.send('POST', `${API}/users/logout`);
      session.carry(undefined);
    },
    createUser: (user) => request('POST', '/users', {email: `${user.username}@example.com`, ...user}),
    request,
    download: async (path) => (await session.send('GET', `${API}${path}`)).body,
    requestPlugin: async (id, method, path, body) =>
      parse((await session.send(method, `/plugins/${id}${path}`, body)).body),
    downloadFromPlugin: async (id, path) => (await session.send('GET', `/plugins/${id}${path}`)).body,
    upload: (path, file, fields) => upload(session, path, file, fields),
    uploadFile: (channelId, name, content) => uploadFile(session, channelId, name, content),
    createPost: (post) => request('POST', '/posts', post),
    executeCommand: (channelId, command) => request('POST', '/commands/execute', {channel_id: channelId, command}),
    uploadPlugin: async (tarball) => {
      const file = {field: 'plugin', fileName: basename(tarball), content: await readFile(tarball)};
      return upload(session, '/plugins', file, {force: 'true'});
    },
    enablePlugin: (id) => request('POST', `/plugins/${id}/enable`),
  };
}

async function upload<Answer>(
  session: Session,
  path: string,
  {field, fileName, content}: FormFile,
  fields: Record<string, string> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, value);
  }
  form.append(field, new Blob([new Uint8Array(content)]), fileName);
  return parse<Answer>((await session.send('POST', `${API}${path}`, form)).body);
}

async function uploadFile(session: Session, channelId: string, name: FileName, content: Buffer): Promise<FileInfo> {
  const send = content.length === 0 ? uploadAsForm : uploadAsBody;
  const [info] = (await send(session, channelId, name, content)).file_infos;
  if (info === undefined) {
    throw new Error('The server took a file and told nothing about it.');
  }
  return info;
}

/** A header of a multipart form cannot carry every name; a percent-encoded query can carry every byte. */
async function uploadAsBody(session: Session, channelId: string, name: FileName, content: Buffer): Promise<Uploaded> {
  const path = `${API}/files?channel_id=${channelId}&filename=${percentEncoded(name)}`;
  return parse((await session.send('POST', path, content, {'Content-Type': 'application/octet-stream'})).body);
}

/** The server takes an empty body for a broken request; an empty part of a form it takes for a file. */
async function uploadAsForm(session: Session, channelId: string, name: FileName, content: Buffer): Promise<Uploaded> {
  return upload(session, '/files', {field: 'files', fileName: name.toString(), content}, {channel_id: channelId});
}

function parse<Answer>(data: Buffer): Answer {
  return JSON.parse(data.length === 0 ? 'null' : data.toString('utf8')) as Answer;
}

function percentEncoded(name: FileName): string {
  return [...Buffer.from(name as string)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
