import {generateKeyPairSync} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {buildCached} from './build_cached.ts';
import type {Client} from './client.ts';
import {inParallel} from './in_parallel.ts';
import {pngPicture} from './png.ts';
import {seededRandom} from './random.ts';
import type {Random} from './random.ts';
import {sha256, uploadFiles} from './workspace_files.ts';
import type {RefusedName, SeededFile} from './workspace_files.ts';
import {foundTeams, openChannels, signUpAdmin, signUpPeople} from './workspace_people.ts';
import type {Account, Channel, Person, Team} from './workspace_people.ts';
import {writePosts} from './workspace_posts.ts';
import type {SeededPost} from './workspace_posts.ts';

export interface WorkspaceOptions {
  /** At least 100. */
  readonly posts?: number;
  readonly files?: number;
  /** Certificates as of a SAML set-up are written here, beside config.json. */
  readonly configDirectory?: string;
  /** Default: true. */
  readonly secondPlugin?: boolean;
  readonly seed?: number;
  /** Default: `sysadmin` and a password with awkward characters. */
  readonly admin?: {readonly username: string; readonly password: string};
}

/** All that was put on a server: enough to ask a restored server for every bit of it. */
export interface Workspace {
  readonly admin: Account;
  /** Everybody but the admin. The last one is deactivated. */
  readonly users: readonly Account[];
  readonly teams: readonly Team[];
  readonly channels: readonly Channel[];
  readonly posts: readonly SeededPost[];
  readonly deleted_posts: readonly string[];
  readonly files: readonly SeededFile[];
  readonly refused_names: readonly RefusedName[];
  readonly emoji: readonly {readonly id: string; readonly name: string}[];
  readonly certificates: readonly {readonly path: string; readonly sha256: string}[];
  /** Its id, when it was installed. */
  readonly second_plugin: string | undefined;
}

/** Fills a server that nobody has used yet. `client` stays signed in as the system admin. */
export async function seedWorkspace(client: Client, options: WorkspaceOptions = {}): Promise<Workspace> {
  const random = seededRandom(options.seed ?? 20_251_101);
  const admin = await signUpAdmin(client, options.admin);
  const others = await signUpPeople(admin, random);
  const people = [admin, ...others];
  const teams = await foundTeams(admin, others, random);
  const channels = await openChannels(admin, others, teams);
  const emoji = await addEmoji(admin, random);
  const {files, refused} = await uploadFiles(options.files ?? 62, people, channels, random);
  const {posts, deleted} = await writePosts(
    {count: options.posts ?? 520, people, channels, files, emoji: emoji.map(({name}) => name)},
    random,
  );
  const secondPlugin = options.secondPlugin === false ? undefined : await installSecondPlugin(client);
  const gone = others.at(-1);
  if (gone !== undefined) {
    await client.request('DELETE', `/users/${gone.id}`);
  }

  return {
    admin: accountOf(admin),
    users: others.map(accountOf),
    teams,
    channels,
    posts,
    deleted_posts: deleted,
    files,
    refused_names: refused,
    emoji,
    certificates: options.configDirectory === undefined ? [] : await writeCertificates(options.configDirectory, random),
    second_plugin: secondPlugin,
  };
}

async function addEmoji(admin: Person, random: Random): Promise<{id: string; name: string}[]> {
  return inParallel(['dr_siren', 'dr-green', 'dr+1'], 1, async (name) => {
    const file = {field: 'image', fileName: `${name}.png`, content: pngPicture(64, random)};
    const fields = {emoji: JSON.stringify({creator_id: admin.id, name})};
    const made = await admin.client.upload<{id: string}>('/emoji', file, fields);
    return {id: made.id, name};
  });
}

async function installSecondPlugin(client: Client): Promise<string> {
  const {id} = await client.uploadPlugin(await buildCached('second-plugin'));
  await client.enablePlugin(id);
  return id;
}

/** Files of the kind that Mattermost keeps beside config.json, and that a copy of config.json alone would miss. */
async function writeCertificates(directory: string, random: Random): Promise<{path: string; sha256: string}[]> {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const contents = {
    'saml-idp.crt': certificateLike(random),
    'saml-public.crt': certificateLike(random),
    'saml-private.key': privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
  };
  return inParallel(Object.entries(contents), 1, async ([name, content]) => {
    const path = join(directory, name);
    await writeFile(path, content, {mode: 0o600});
    return {path, sha256: sha256(Buffer.from(content))};
  });
}

function certificateLike(random: Random): string {
  const lines =
    random
      .bytes(900)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function accountOf({id, username, email, password}: Person): Account {
  return {id, username, email, password};
}
