import {runProgram} from './cli/program.ts';

const argv = process.argv.slice(2);
// A database URL on the command line may hold a password; from here on a list of processes shows the verb alone.
process.title = `drctl ${argv.find((word) => /^[a-z]+$/.test(word)) ?? ''}`.trim();
// What we and our programs write (dumps, caches) is for our own account alone, whatever the shell of the caller allows.
process.umask(0o077);
process.exitCode = await runProgram(argv);
