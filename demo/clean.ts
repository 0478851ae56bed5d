/** Removes everything that the demo made, also after a crash. */
import {DIRECTORY, removePlace, shown} from './place.ts';
import {stopDemo} from './stop_demo.ts';

const stopped = await stopDemo();
const removed = await removePlace();
for (const name of stopped) {
  process.stdout.write(`Stopped ${name}.\n`);
}
process.stdout.write(
  removed ? `Removed ${shown(DIRECTORY)}.\n` : `Nothing to remove: there is no demo in ${shown(DIRECTORY)}.\n`,
);
