/** Step names as a person reads them. */
const WORDS: Record<string, string> = {
  preflight: 'Check that everything is ready',
  first_pass: 'Files, first pass',
  capture_database: 'Database at T0',
  store_database: 'Database into the repository',
  capture_config: 'Configuration',
  second_pass: 'Files, second pass',
  cross_check: 'Cross-check of rows and files',
  seal: 'Seal',
  read_back: 'Read back',
  record: 'Record in the ledger',
  find_set: 'Find the set',
  fetch_dump: 'Fetch the database from the repository',
  create_database: 'Create a fresh database',
  load_database: 'Load the database',
  stage_files: 'Fetch the files',
  stage_config: 'Fetch the configuration',
  prove: 'Compare with the manifest',
  settle: 'Settle the database',
  swap: 'Put in place',
  swap_back: 'Put the former state back',
  read: 'Read the repository',
  judge: 'Judge',
};

export function stepWords(step: string): string {
  return WORDS[step] ?? step.replaceAll('_', ' ');
}
