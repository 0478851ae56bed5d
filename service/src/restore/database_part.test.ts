import {existsSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {RestorePlan} from '@disaster-recovery/contract';
import {aManifest} from '../testkit/answers.ts';
import {createMemoryServer} from '../engines/database/memory.ts';
import {createMemoryRepository} from '../engines/repository/memory.ts';
import type {StepContext} from '../jobs/index.ts';
import {fetchDump, loadDatabase} from './database_part.ts';
import type {RestoreEngines} from './engines.ts';
import type {PrivatePlan} from './work.ts';

test('a load that was killed after it had thrown the dump away is done again, from the repository', async () => {
  const home = mkdtempSync(join(tmpdir(), 'load-'));
  const tables = [{name: 'public.posts', rows: 3}];
  mkdirSync(join(home, 'dump'));
  writeFileSync(join(home, 'dump/toc.dat'), JSON.stringify({mark: 'of the set', tables}));
  const repository = createMemoryRepository();
  await repository.create();
  const {snapshot} = await repository.store(join(home, 'dump'), {tags: ['x']});
  const server = createMemoryServer(() => 1);
  const engines = {repository, workDirectory: join(home, 'work'), jobs: 1} as unknown as RestoreEngines;
  const context = {
    job: 'j1',
    signal: new AbortController().signal,
    progress: () => undefined,
    note: () => undefined,
  } as unknown as StepContext;
  const targets: RestorePlan['targets'] = {
    database: {location: '', name: 'mm', exists: true},
    files: null,
    config: null,
  };
  const plan = {id: 'abc123', mode: 'in_place', targets} as unknown as PrivatePlan;
  const manifest = aManifest({snapshots: [{part: 'database', id: snapshot, root: join(home, 'dump')}]});
  const found = {manifest, ...(await fetchDump(engines, {manifest}, context))};
  const load = () => loadDatabase(engines, {target: server.engine.target('postgres://m@h/mm'), plan, found}, context);
  await load();
  expect(existsSync(found.dump.directory)).toBe(false);
  server.databases.clear();
  await load();
  expect([...server.databases.values()]).toEqual([{mark: 'of the set', tables}]);
});
