// Measures drctl against a shell script and against plain restic: `node bench/bench.ts --posts N --files N --runs N --directory D --keep`.
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {scratchDirectory} from '../test/harness/scratch.ts';
import {DRCTL} from './contestants.ts';
import {generate} from './data/workspace.ts';
import {describeMachine, dropPageCache, requirePrograms} from './machine.ts';
import {readOptions} from './options.ts';
import {memoryOfDrctl, stepTable, summarise, table} from './report.ts';
import {round, type Result} from './rounds.ts';

requirePrograms(DRCTL);
const {size, runs, keep, ...options} = readOptions();
const directory = options.directory === undefined ? await scratchDirectory('bench') : resolve(options.directory);
const machine = {...(await describeMachine()), page_cache_dropped: await dropPageCache()};
console.log(`Machine: ${JSON.stringify(machine)}\nMaking ${size.posts} posts and ${size.files} files …`);
const workspace = await generate(join(directory, 'source'), size);
const results: Result[] = [];
const at = new Date().toISOString();
const folder = new URL('results/', import.meta.url);
const data = {...size, files_gb: workspace.bytes.files / 1e9};
await mkdir(folder, {recursive: true});

try {
  for (let run = 1; run <= runs; run += 1) {
    await round(workspace, directory, run, async (result) => {
      results.push(result);
      await save();
      console.log(`run ${run}/${runs} ${result.phase} ${result.contestant}: ${result.seconds.toFixed(1)} s`);
    });
  }
} finally {
  await workspace.postgres.stop();
  if (!keep) {
    await rm(join(directory, 'source'), {recursive: true, force: true});
  }
}

console.log(`\n${runs} runs, page cache ${machine.page_cache_dropped ? 'dropped' : 'NOT dropped'} before each command; ${data.posts} posts, ${data.files} files, ${data.files_gb.toFixed(2)} GB.

${table(summarise(results))}

Steps of drctl, seconds:
${stepTable(results)}

Peak memory of drctl's programs, MB: ${Object.entries(memoryOfDrctl(results))
  .map(([program, bytes]) => `${program} ${(bytes / 1e6).toFixed(0)}`)
  .join(', ')}`);

/** After each result: a benchmark takes long, and what was measured before it was interrupted is true as well. */
async function save(): Promise<void> {
  const report = {at, machine, data, runs, rows: summarise(results), memory: memoryOfDrctl(results), results};
  await writeFile(new URL(`${at.replaceAll(':', '')}.json`, folder), JSON.stringify(report, undefined, 2));
}
