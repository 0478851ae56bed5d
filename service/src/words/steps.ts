// One step has one name for people, in the terminal and in posts; the web page translates its own.

/** A step while it runs, and when it is done. */
export type StepWords = {doing: string; done: string};

const STEPS: Readonly<Record<string, StepWords>> = {
  preflight: {doing: 'Checking that everything is ready', done: 'Everything is ready'},
  first_pass: {doing: 'Copying the files, first pass', done: 'Files copied, first pass'},
  capture_database: {doing: 'Copying the database', done: 'Database copied'},
  store_database: {doing: 'Storing the database copy', done: 'Database copy stored'},
  capture_config: {doing: 'Copying the configuration', done: 'Configuration copied'},
  second_pass: {doing: 'Copying files that came in the meantime', done: 'Newer files copied'},
  cross_check: {doing: 'Comparing database and files', done: 'Database and files compared'},
  seal: {doing: 'Sealing the set', done: 'Set sealed'},
  read_back: {doing: 'Reading back what was stored', done: 'Read back and equal'},
  record: {doing: 'Writing it down', done: 'Written down'},
  find_set: {doing: 'Looking for the set', done: 'Set found'},
  read: {doing: 'Reading the set', done: 'Set read'},
  fetch_dump: {doing: 'Fetching the database copy', done: 'Database copy fetched'},
  load_database: {doing: 'Loading the database', done: 'Database loaded'},
  stage_files: {doing: 'Writing the files beside the live ones', done: 'Files written'},
  stage_config: {doing: 'Writing the configuration beside the live one', done: 'Configuration written'},
  prove: {doing: 'Comparing what was restored with the set', done: 'What was restored equals the set'},
  settle: {doing: 'Settling the database', done: 'Database settled'},
  swap: {doing: 'Putting it in place', done: 'Put in place'},
  swap_back: {doing: 'Putting the former state back', done: 'Former state is back'},
  settings: {doing: 'Opening the sign-in with a password', done: 'Sign-in with a password is open'},
  switch: {doing: 'Switching people to email and password', done: 'People switched'},
  tell: {doing: 'Telling people', done: 'People told'},
  gates: {doing: 'Checking that the provider is back', done: 'The provider is back'},
  canary: {doing: 'Switching the first person back', done: 'First person switched back'},
  await_login: {doing: 'Waiting for a real sign-in through the provider', done: 'A real sign-in was seen'},
  switch_back: {doing: 'Switching people back', done: 'People switched back'},
  second_look: {doing: 'Looking a second time', done: 'Still as before the outage'},
  put_back: {doing: 'Putting the settings back', done: 'Settings put back'},
  extend: {doing: 'Extending live sessions', done: 'Live sessions extended'},
  decide: {doing: 'Deciding what stays', done: 'Decided what stays'},
  forget_sets: {doing: 'Removing sets', done: 'Sets removed'},
  forget_parts: {doing: 'Removing what belonged to them', done: 'What belonged to them removed'},
  forget_loose: {doing: 'Removing what failed backups left', done: 'What failed backups left removed'},
  free_space: {doing: 'Freeing space in the repository', done: 'Space freed'},
  look_again: {doing: 'Looking again at the sets that stay', done: 'The sets that stay are all there'},
  open_copy: {doing: 'Opening the copy', done: 'Copy opened'},
  send: {doing: 'Sending the parts', done: 'Parts sent'},
  send_manifest: {doing: 'Sending the manifest', done: 'Manifest sent'},
  look_there: {doing: 'Looking whether all is there', done: 'All is there'},
  judge: {doing: 'Judging what was read', done: 'Judged'},
};

/** Every step that has words, for those who word them anew. */
export const STEP_NAMES: readonly string[] = Object.keys(STEPS);

/** A step in plain words; an unknown name is shown with spaces. */
export function stepWords(name: string): StepWords {
  const known = STEPS[name];
  if (known) {
    return known;
  }
  const words = name.replaceAll('_', ' ');
  const fallback = words.charAt(0).toUpperCase() + words.slice(1);
  return {doing: fallback, done: fallback};
}
