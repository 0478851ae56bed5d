import {existsSync} from 'node:fs';
import {join} from 'node:path';
import pg from 'pg';
import {connect} from '../test/harness/client.ts';
import {differences, directoryHashes, tableHashes} from '../test/harness/compare.ts';
import {inParallel} from '../test/harness/in_parallel.ts';
import {sha256} from '../test/harness/workspace_files.ts';
import type {SeededFile} from '../test/harness/workspace_files.ts';

export type Side = {databaseUrl: string; files: string; config: string};

export type Comparison = {
  tables: number;
  /** Tables that the use of the live server moved on after T0. */
  restless: string[];
  /** Rows of the live server that were written after T0. */
  newer: number;
  files: number;
  configFiles: number;
};

// What a server that is being used writes on its own account, or that new posts change.
const RESTLESS = [
  'channels',
  'channelmembers',
  'threads',
  'threadmemberships',
  'sessions',
  'status',
  'pluginkeyvaluestore',
  'audits',
];

// What never changes in a row once it is written, in tables that only grow here.
const GROWING = {
  posts: {key: 'id', columns: 'id, createat, userid, channelid, rootid, message, fileids'},
  fileinfo: {key: 'id', columns: 'id, createat, creatorid, path, size, name'},
  // Mattermost makes its system bot at the moment when it first has something to say.
  users: {key: 'id', columns: 'id, createat, deleteat, username, password, email, roles, props'},
  bots: {key: 'userid', columns: 'userid, createat, deleteat, ownerid, description'},
};

type Growing = {table: string; key: string; columns: string};

/** A row may be stamped a moment before it is committed. */
const STAMPED_BEFORE_MS = 2000;

/** @throws Error with everything that the restored side has otherwise than the live one. */
export async function compareSides(live: Side, restored: Side, t0: number): Promise<Comparison> {
  const complaints: string[] = [];
  const left = await tableHashes(live.databaseUrl);
  const right = await tableHashes(restored.databaseUrl);
  const moved = Object.keys(differences(left, right));
  complaints.push(
    ...moved
      .filter((name) => !RESTLESS.includes(name) && !(name in GROWING))
      .map(
        (name) =>
          `table ${name}: ${left[name]?.rows ?? 'no'} rows live, ${right[name]?.rows ?? 'no'} rows restored, not the same`,
      ),
  );

  let newer = 0;
  for (const [table, shape] of Object.entries(GROWING)) {
    const found = await compareRows(live, restored, {table, ...shape}, t0);
    newer += found.newer;
    complaints.push(...found.complaints);
  }
  const files = await compareFiles(live, restored, complaints);
  const configs = await directoryHashes(restored.config);
  complaints.push(
    ...Object.keys(differences(await directoryHashes(live.config), configs)).map((name) => `configuration ${name}`),
  );
  if (complaints.length > 0) {
    throw new Error(
      `The restored side is not what it should be:\n${complaints
        .slice(0, 20)
        .map((line) => `  ${line}`)
        .join('\n')}`,
    );
  }
  return {
    tables: Object.keys(right).length - moved.length,
    restless: moved.filter((name) => RESTLESS.includes(name)),
    newer,
    files,
    configFiles: Object.keys(configs).length,
  };
}

/** Signs in at the restored server as in the first one, and fetches every file of the workspace through it. */
export async function useRestored(
  url: string,
  person: {username: string; password: string},
  files: readonly SeededFile[],
): Promise<void> {
  const client = connect(url);
  await client.login(person.username, person.password);
  await inParallel(files, 4, async ({file_id, name, sha256: expected}) => {
    if (sha256(await client.download(`/files/${file_id}`)) !== expected) {
      throw new Error(`The restored server gives other bytes for ${JSON.stringify(name)}.`);
    }
  });
}

async function compareRows(live: Side, restored: Side, growing: Growing, t0: number) {
  const before = await rowsOf(restored, growing);
  const now = await rowsOf(live, growing);
  // The bot goes on editing its post about the backup, so its text at T0 is no longer the live one.
  const changed = [...before].filter(([id, row]) => now.get(id)?.hash !== row.hash && !row.isBot);
  const beyond = [...now].filter(([id]) => !before.has(id));
  const lost = beyond.filter(([, row]) => row.written < t0 - STAMPED_BEFORE_MS);
  return {
    newer: beyond.length,
    complaints: [
      ...changed.map(([id]) => `row ${id} of ${growing.table} is not as on the live server`),
      ...lost.map(([id]) => `row ${id} of ${growing.table} is older than the set and not in it`),
    ],
  };
}

type Row = {hash: string; written: number; isBot: boolean};

async function rowsOf({databaseUrl}: Side, {table, key, columns}: Growing): Promise<Map<string, Row>> {
  const isBot = table === 'posts' ? 'userid IN (SELECT userid FROM bots)' : 'false';
  // An edit leaves the text from before in a row of its own, stamped with the time of the first one.
  const written = table === 'posts' ? "CASE originalid WHEN '' THEN createat ELSE deleteat END" : 'createat';
  const {rows} = await query<{id: string; hash: string; written: string; bot: boolean}>(
    databaseUrl,
    `
    SELECT ${key} AS id, md5(ROW(${columns})::text) AS hash, ${written} AS written, ${isBot} AS bot FROM ${table}`,
  );
  return new Map(rows.map((row) => [row.id, {hash: row.hash, written: Number(row.written), isBot: row.bot}]));
}

/** Every restored file against the live one by SHA-256, and every row that names a file against the files. */
async function compareFiles(live: Side, restored: Side, complaints: string[]): Promise<number> {
  const left = await directoryHashes(live.files);
  const right = await directoryHashes(restored.files);
  complaints.push(
    ...Object.keys(right)
      .filter((name) => left[name] !== right[name])
      .map((name) => `file ${name}`),
  );
  const {rows} = await query<{path: string}>(restored.databaseUrl, "SELECT path FROM fileinfo WHERE path <> ''");
  complaints.push(
    ...rows
      .filter(({path}) => !existsSync(join(restored.files, path)))
      .map(({path}) => `a row names ${path}, which is not there`),
  );
  return Object.keys(right).length;
}

async function query<Found extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
): Promise<pg.QueryResult<Found>> {
  const client = new pg.Client({connectionString: databaseUrl});
  await client.connect();
  try {
    return await client.query<Found>(text);
  } finally {
    await client.end();
  }
}
