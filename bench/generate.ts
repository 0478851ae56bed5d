// Fills a directory with a Mattermost of some size: `node bench/generate.ts --posts N --files N --seed S --directory D`.
import {generate} from './data/workspace.ts';
import {readOptions} from './options.ts';

const {size, directory} = readOptions();
if (directory === undefined) {
  throw new Error('--directory is needed: where shall the data go?');
}
const start = performance.now();
const {postgres, filesDirectory, configFile, bytes} = await generate(directory, size);
await postgres.stop();
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`${size.posts} posts, ${size.files} files (${(bytes.files / 1e9).toFixed(2)} GB) in ${seconds} s.
Cluster ${postgres.dataDirectory}, superuser password ${postgres.superuserPassword}
Files ${filesDirectory}
Configuration ${configFile}`);
