import {runForPerson} from './run.ts';

/** Lets whoever sits at this terminal edit a file, in the program that VISUAL or EDITOR names. @throws Failure TOOL_MISSING */
export async function openInEditor(path: string): Promise<void> {
  const named = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
  const [program = 'vi', ...words] = named.split(/\s+/).filter((word) => word !== '');
  await runForPerson(program, [...words, path]);
}
