// Shows that drctl's memory does not grow with the data: `node bench/memory.ts --posts N --files N` measures 1x and 4x of that size.
import {mkdir, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {scratchDirectory} from '../test/harness/scratch.ts';
import {newestPrograms} from '../test/harness/postgres_cluster.ts';
import {drctl, DRCTL, type Contestant} from './contestants.ts';
import {generate} from './data/workspace.ts';
import type {Size} from './data/numbers.ts';
import {requirePrograms} from './machine.ts';
import {measure} from './measure.ts';
import {readOptions} from './options.ts';
import {emptyTarget, postmasterOf} from './rounds.ts';

const FACTORS = [1, 4];
/** The columns; drctl itself is a `node`. */
const PROGRAMS = [['node'], ['restic'], ['pg_dump', 'pg_restore']];

requirePrograms(DRCTL);
const {size, ...options} = readOptions();
const directory = options.directory === undefined ? await scratchDirectory('memory') : resolve(options.directory);
console.log('| data | verb | drctl, MB | restic, MB | pg_dump or pg_restore, MB |\n|---|---|---|---|---|');
for (const factor of FACTORS) {
  await measureSize({...size, posts: size.posts * factor, files: size.files * factor}, join(directory, String(factor)));
}

async function measureSize(size: Size, directory: string): Promise<void> {
  const workspace = await generate(join(directory, 'source'), size);
  try {
    const postmaster = await postmasterOf(workspace);
    const contestant: Contestant = await drctl({
      workspace,
      directory: join(directory, 'drctl'),
      postgresPrograms: await newestPrograms(),
    });
    await mkdir(join(directory, 'time'));
    const target = await emptyTarget(workspace, join(directory, 'restored'));
    for (const [verb, command] of Object.entries({backup: contestant.backup, restore: contestant.restore(target)})) {
      const {peak_rss: peaks} = await measure(command, postmaster, join(directory, 'time'));
      const columns = PROGRAMS.map((names) => (Math.max(...names.map((name) => peaks[name] ?? 0)) / 1e6).toFixed(0));
      console.log(`| ${size.posts} posts, ${size.files} files | ${verb} | ${columns.join(' | ')} |`);
    }
  } finally {
    await workspace.postgres.stop();
    await rm(directory, {recursive: true, force: true});
  }
}
