import {createWriteStream} from 'node:fs';
import {readFile} from 'node:fs/promises';
import type {SsoServer} from '../test/harness/sso_server.ts';

/** What an administrator would write with care: one request after the other, with the token of an administrator. */
export type Peer = {
  /** A password at once, as a human would set it; Mattermost makes its hash. */
  letIn(userId: string): Promise<void>;
  /** A ready hash for each, which Mattermost takes without computing one. Only this keeps sessions whatever the settings are. */
  switchEveryone(userIds: readonly string[]): Promise<void>;
  /** The sign-in data come from the script's own list. Nothing is read back, no session is ended. */
  switchBack(people: readonly {userId: string; authService: string; authData: string}[]): Promise<void>;
  /** All accounts, page by page, into a file. Returns how many. */
  snapshot(file: string): Promise<number>;
  /** All accounts again, against that file. Returns how many differ. */
  compare(file: string): Promise<number>;
  /** The sessions of each account. Returns how many people have no live one. */
  forecast(): Promise<number>;
};

type User = {id: string; auth_service: string; auth_data?: string | null};

const PAGE = 200;
/** bcrypt, of a password that nobody keeps: nobody can sign in with it until a new one is set. */
const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';

export function createPeer({client}: SsoServer): Peer {
  async function* everyone(): AsyncIterable<User> {
    for (let page = 0; ; page += 1) {
      const users = await client.request<User[]>('GET', `/users?page=${page}&per_page=${PAGE}`);
      yield* users;
      if (users.length < PAGE) {
        return;
      }
    }
  }

  return {
    letIn: async (userId) => {
      await client.request('PUT', `/users/${userId}/password`, {new_password: 'For the Outage 1!'});
    },
    switchEveryone: async (userIds) => {
      for (const userId of userIds) {
        await client.request('PUT', `/users/${userId}/password`, {new_password: HASH, already_hashed: 'true'});
      }
    },
    switchBack: async (people) => {
      for (const {userId, authService, authData} of people) {
        await client.request('PUT', `/users/${userId}/auth`, {auth_service: authService, auth_data: authData});
      }
    },
    snapshot: async (file) => {
      const out = createWriteStream(file, {mode: 0o600});
      let count = 0;
      for await (const {id, auth_service: service, auth_data: data} of everyone()) {
        out.write(`${JSON.stringify({id, service, data: data ?? null})}\n`);
        count += 1;
      }
      await new Promise<void>((resolve) => {
        out.end(resolve);
      });
      return count;
    },
    compare: async (file) => {
      const known = new Map(
        (await readFile(file, 'utf8'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as {id: string; service: string})
          .map(({id, service}) => [id, service]),
      );
      let different = 0;
      for await (const {id, auth_service: service} of everyone()) {
        different += Number(known.get(id) !== service);
      }
      return different;
    },
    forecast: async () => {
      let lockedOut = 0;
      for await (const {id, auth_service: service} of everyone()) {
        if (service !== '') {
          const sessions = await client.request<{expires_at: number}[]>('GET', `/users/${id}/sessions`);
          lockedOut += Number(!sessions.some(({expires_at: end}) => end === 0 || end > Date.now()));
        }
      }
      return lockedOut;
    },
  };
}
