import {VERSION} from './version.ts';

const argv = process.argv.slice(2);
// A database URL on the command line may hold a password; from here on a list of processes shows the verb alone.
process.title = `drctl ${argv.find((word) => /^[a-z]+$/.test(word)) ?? ''}`.trim();
// What we and our programs write (dumps, caches) is for our own account alone, whatever the shell of the caller allows.
process.umask(0o077);

if (argv.length === 1 && ['--version', '-V'].includes(argv[0] ?? '')) {
  // Scripts ask for it again and again: nothing is loaded for it.
  process.stdout.write(`${VERSION}\n`);
} else {
  const [{runProgram}, {runOf}] = await Promise.all([import('./cli/program.ts'), import('./cli/verbs/index.ts')]);
  process.exitCode = await runProgram(argv, runOf);
}
