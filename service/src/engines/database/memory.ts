import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {DatabaseRecord, TableCount} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {requireOnlyFiles} from './dump_files.ts';
import {formerOwners} from './former_owners.ts';
import {formerOf, isOwn, stagedName, undoneName} from './names.ts';
import type {
  DatabaseEngine,
  DatabaseFacts,
  DatabaseTarget,
  DumpContents,
  ExpectedFile,
  Obstacle,
  Rights,
  RightsOfToday,
  TargetFacts,
} from './port.ts';
import {compareCounts} from './prove.ts';
import {swapDatabases, type Renaming} from './swap.ts';

const VERSION = '16.4';
const DUMP = 'toc.dat';

/** What a database holds: a word that tells it from others, and its tables. */
type MemoryDatabase = {mark: string; tables: TableCount[]};

/** A server of databases in memory. It keeps the contract of the port and does nothing else; tests look at it and set its faults. */
export type MemoryServer = {
  engine: DatabaseEngine;
  databases: Map<string, MemoryDatabase>;
  /** Programs that are connected, by database. */
  connected: Map<string, string[]>;
  obstacles: Obstacle[];
  /** Who may what in any database of it. */
  rights: Rights;
  /** From whom rights were taken. */
  taken: RightsOfToday[];
  /** What a load leaves out. */
  leftOut: string[];
  expected: ExpectedFile[];
  /** Called while a dump is written. */
  duringDump: () => void;
  /** Instants that were opened, and closed. */
  opened: number;
  closed: number;
  record: (name: string) => Omit<DatabaseRecord, 'dump_bytes'>;
};

const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

export function createMemoryServer(now: () => number): MemoryServer {
  const server: MemoryServer = {
    engine: {
      source: (url) => ({
        location: url,
        inspect: async () => inspect(server, url),
        rights: async () => server.rights,
        openSnapshot: async () => openSnapshot(server, url, now),
      }),
      target: (url) => target(server, url),
      dumps: {contentsFile: DUMP, read: readDump},
    },
    databases: new Map(),
    connected: new Map(),
    obstacles: [],
    rights: {active: 0, privileged: [], deactivated: []},
    taken: [],
    leftOut: [],
    expected: [],
    duringDump: () => undefined,
    opened: 0,
    closed: 0,
    record: (name) => recordOf(name, databaseOf(server, name)),
  };
  return server;
}

function databaseOf({databases}: MemoryServer, name: string): MemoryDatabase {
  const database = databases.get(name);
  if (!database) {
    throw new Failure('DATABASE_REFUSED', `There is no database ${name}.`);
  }
  return database;
}

function recordOf(name: string, {tables}: MemoryDatabase): Omit<DatabaseRecord, 'dump_bytes'> {
  return {
    name,
    owner: 'mm',
    server_version: VERSION,
    server_version_num: 160_004,
    system_identifier: null,
    encoding: 'UTF8',
    collation: 'C',
    character_type: 'C',
    locale_provider: 'libc',
    extensions: [],
    settings: [],
    roles: [],
    migrations: [],
    tables,
    bytes: 1000,
  };
}

const MATTERMOST = {schema_version: 148, diagnostic_id: 'd'};

function inspect(server: MemoryServer, url: string): DatabaseFacts {
  const name = nameOf(url);
  databaseOf(server, name);
  return {
    name,
    location: url,
    server_version: VERSION,
    bytes: 1000,
    dump_bytes_estimate: 100,
    dump_tool_version: VERSION,
    obstacles: server.obstacles,
    mattermost: MATTERMOST,
    busy_jobs: [],
  };
}

function openSnapshot(server: MemoryServer, url: string, now: () => number) {
  const name = nameOf(url);
  const instant = structuredClone(databaseOf(server, name));
  server.opened += 1;
  return {
    t0: now(),
    position: '0/1',
    mattermost: MATTERMOST,
    record: async () => recordOf(name, instant),
    expectedFiles: async function* () {
      yield* server.expected;
    },
    dump: async (directory: string) => {
      server.duringDump();
      const text = JSON.stringify(instant);
      await mkdir(directory, {recursive: true});
      await writeFile(join(directory, DUMP), text);
      return text.length;
    },
    close: async () => {
      server.closed += 1;
    },
  };
}

async function readDump(directory: string, record: DatabaseRecord): Promise<DumpContents> {
  const {tables} = JSON.parse(await readFile(join(directory, DUMP), 'utf8')) as MemoryDatabase;
  const made = new Set(tables.map(({name}) => name));
  return {files: [], missing: record.tables.map(({name}) => name).filter((name) => !made.has(name))};
}

function target(server: MemoryServer, url: string): DatabaseTarget {
  const {databases, connected} = server;
  const name = nameOf(url);
  const describe = async (which: string): Promise<TargetFacts> => ({
    exists: databases.has(which),
    tables: databases.get(which)?.tables.length ?? 0,
    connections: connected.get(which) ?? [],
  });
  const renaming: Renaming = {
    describe,
    rename: async (from, to) => {
      databases.set(to, databaseOf(server, from));
      databases.delete(from);
    },
  };
  return {
    location: url,
    name,
    describe: () => describe(name),
    obstacles: async () => server.obstacles,
    stage: async (attempt, {dump}) => {
      await requireOnlyFiles(dump);
      databases.set(stagedName(name, attempt), JSON.parse(await readFile(join(dump, DUMP), 'utf8')) as MemoryDatabase);
      return {differs: [], left_out: server.leftOut};
    },
    prove: async (attempt, {tables}) => compareCounts(tables, databaseOf(server, stagedName(name, attempt)).tables),
    settle: async (_attempt, record) => ['cluster members forgotten: 1', ...formerOwners(record)],
    takeRights: async (_attempt, people) => {
      server.taken.push(...people);
      return people.length;
    },
    former: (attempt) => formerOf(name, attempt),
    swap: (attempt) =>
      swapDatabases(renaming, {live: name, incoming: stagedName(name, attempt), aside: formerOf(name, attempt).former}),
    swapBack: async (former, id) => {
      const aside = undoneName(former.name, id);
      await swapDatabases(renaming, {live: former.name, incoming: former.former, aside});
      return aside;
    },
    discard: async (attempt) => {
      if (isOwn(attempt)) {
        databases.delete(stagedName(name, attempt));
      }
    },
  };
}
