import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {confirm} from '@clack/prompts';
import {stringify} from 'yaml';
import type {PolicyChanged} from '@disaster-recovery/contract';
import type {Companion} from '../../compose/companion.ts';
import {configFile, readConfigText} from '../../config/load.ts';
import {asFailure, Failure} from '../../kernel/failure.ts';
import {openInEditor} from '../../process/editor.ts';
import {afterChangeWords, changeLines} from '../../words/policy.ts';
import {cliActor, withCompanion} from '../companion.ts';
import type {Output} from '../output.ts';
import type {RunOf} from '../verb.ts';

/** What the companion goes by. */
export const show: RunOf<'policy show'> = ({options, output}) =>
  withCompanion(options, async ({policy}) => {
    const value = await policy.show();
    const problems = [value.not_writable, value.not_in_effect].flatMap((problem) =>
      problem ? [`! ${problem.message}\n  → ${problem.remedy}`] : [],
    );
    const head = `# ${value.file}, revision ${value.revision}, defaults included`;
    output.say([...problems, head, stringify(value.in_effect).trimEnd()].join('\n'));
    return {value};
  });

export const set: RunOf<'policy set'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({policy}) => {
    const value = await policy.assign(asked, cliActor());
    output.say([...changeLines(value), afterChangeWords(value)].join('\n'));
    return {value};
  });
};

/** In the editor of who types, until it is valid or given up. */
export const edit: RunOf<'policy edit'> = ({options, output}) =>
  withCompanion(options, async ({policy}) => {
    const {text, revision} = await readConfigText(configFile(options.config));
    const directory = await mkdtemp(join(tmpdir(), 'drctl-policy-'));
    const draft = join(directory, 'drctl.yaml');
    await writeFile(draft, text, {mode: 0o600});
    const value = await editUntilValid({draft, output}, (changed) => policy.replace(changed, revision, cliActor()));
    await rm(directory, {recursive: true, force: true});
    output.say([...changeLines(value), afterChangeWords(value)].join('\n'));
    return {value};
  });

type Edited = {draft: string; output: Output};
type Save = (text: string) => ReturnType<Companion['policy']['replace']>;

/** @throws Failure POLICY_*; what was typed is kept then, and named */
async function editUntilValid({draft, output}: Edited, save: Save): Promise<PolicyChanged> {
  for (;;) {
    await openInEditor(draft);
    try {
      return await save(await readFile(draft, 'utf8'));
    } catch (error) {
      const failure = asFailure(error);
      const {code, message} = failure;
      if (code !== 'POLICY_INVALID' || !(await isToEditAgain(output, message))) {
        throw new Failure(code, message, {cause: error, remedy: `${failure.remedy} What you typed is in ${draft}.`});
      }
    }
  }
}

async function isToEditAgain(output: Output, message: string): Promise<boolean> {
  if (output.json || !process.stdin.isTTY) {
    return false;
  }
  output.say(message);
  return (await confirm({message: 'Edit again?'})) === true;
}
