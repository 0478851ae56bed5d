import {open, rm, type FileHandle} from 'node:fs/promises';
import {ClaimSheetRequest, LetInRequest, type ClaimSheet} from '@disaster-recovery/contract';
import {isoTime} from '../../../kernel/clock.ts';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {claimSheetHtml, claimSheetText} from '../../claim_sheet.ts';
import {readFirstLine} from '../../first_line.ts';
import {accountName} from '../../name_file.ts';
import {parseOption} from '../../parse_option.ts';
import {renderAdminAccess, renderLetIn} from '../../render_sso.ts';
import type {Verb} from '../../verb.ts';
import {byShell, given, numberOf, type WithSso} from './parts.ts';
import {peopleOf, peopleOptions} from './people.ts';

/** Verbs that hand out a way in. Their secrets go to the terminal or into a private file, and nowhere else. */
export function accessVerbs(withSso: WithSso): Record<'letIn' | 'claimSheet' | 'adminAccess', Verb> {
  return {letIn: letIn(withSso), claimSheet: claimSheet(withSso), adminAccess: adminAccess(withSso)};
}

const letIn = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('switch one person now, and make a one-time code for them')
      .argument('<user>', 'username, e-mail address or id')
      .requiredOption('--identified-by <text>', 'how you know that it is this person; kept in the ledger')
      .option('--valid-minutes <n>', 'how long the code works', '15')
      .option('--mail', 'send the code by the mail of Mattermost as well'),
  run: ({options, arguments: [user = ''], output}) =>
    withSso(options, async ({sso}) => {
      const request = parseOption(
        LetInRequest,
        given({
          user: accountName(user),
          identified_by: options['identifiedBy'],
          valid_minutes: numberOf(options['validMinutes']),
          mail: options['mail'],
        }),
      );
      const result = await sso.letIn(request, byShell());
      output.say(renderLetIn(result));
      return {value: result};
    }),
});

const claimSheet = (withSso: WithSso): Verb => ({
  describe: (command) =>
    peopleOptions(
      command.description(
        'write one-time codes for many into a file to print (default: everybody who is switched and has no password yet)',
      ),
    )
      .requiredOption('--identified-by <text>', 'how you will know whom you hand a slip; kept in the ledger')
      .requiredOption('--out <file>', 'file to write, ending with .html or .txt; mode 0600, must not exist')
      .option('--valid-minutes <n>', 'how long the codes work', '15'),
  run: ({options, output}) =>
    withSso(options, async ({sso}) => {
      const out = String(options['out']);
      const render = sheetForm(out);
      const request = parseOption(
        ClaimSheetRequest,
        given({
          users: await peopleOf(options),
          identified_by: options['identifiedBy'],
          valid_minutes: numberOf(options['validMinutes']),
        }),
      );
      const sheet = await writeSheet(out, render, () => sso.claimSheet(request, byShell()));
      const skipped = sheet.skipped.map(({person, says}) => `  ! ${person.username}: ${says}`);
      output.say(
        [
          `${sheet.codes.length === 1 ? '1 code' : `${sheet.codes.length} codes`} in ${out}, good until ${isoTime(sheet.expires_at)}. Print it, hand the slips out, delete it.`,
          ...skipped,
        ].join('\n'),
      );
      return {
        value: {
          file: out,
          count: sheet.codes.length,
          url: sheet.url,
          expires_at: sheet.expires_at,
          skipped: sheet.skipped,
        },
      };
    }),
});

/** @throws Failure USAGE_INVALID */
function sheetForm(out: string): (sheet: ClaimSheet) => string {
  if (/\.html$/i.test(out)) {
    return claimSheetHtml;
  }
  if (/\.txt$/i.test(out)) {
    return claimSheetText;
  }
  throw new Failure('USAGE_INVALID', '--out: name a file that ends with .html or .txt.');
}

/** The file first: codes that were made and cannot be written would be lost, and others that people hold would be dead. @throws Failure USAGE_INVALID */
async function writeSheet(
  out: string,
  render: (sheet: ClaimSheet) => string,
  make: () => Promise<ClaimSheet>,
): Promise<ClaimSheet> {
  const file = await openNew(out);
  try {
    const sheet = await make();
    await file.writeFile(render(sheet));
    await file.sync();
    return sheet;
  } catch (error) {
    await rm(out, {force: true});
    throw error;
  } finally {
    await file.close();
  }
}

async function openNew(out: string): Promise<FileHandle> {
  try {
    return await open(out, 'wx', 0o600);
  } catch (error) {
    const code = systemErrorCode(error);
    throw new Failure(
      'USAGE_INVALID',
      code === 'EEXIST' ? `${out} exists already.` : `${out} cannot be written (${code ?? 'unknown error'}).`,
      {cause: error},
    );
  }
}

const adminAccess = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('give an administrator a password, also when plugin, provider and Mattermost are down')
      .requiredOption('--user <name>', 'username, e-mail address or id')
      .option(
        '--password-stdin',
        'read the password from the first line of stdin (default: one is made, and printed once)',
      ),
  run: ({options, output}) =>
    withSso(options, async ({sso}) => {
      const password = options['passwordStdin'] === true ? await readFirstLine(process.stdin) : null;
      const result = await sso.adminAccess({user: accountName(String(options['user'])), password}, byShell());
      output.say(renderAdminAccess(result));
      return {value: result};
    }),
});
