import {open, rm, type FileHandle} from 'node:fs/promises';
import type {ClaimSheet} from '@disaster-recovery/contract';
import {isoTime} from '../../../kernel/clock.ts';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {accountName} from '../../../verbs/index.ts';
import {claimSheetHtml, claimSheetText} from '../../claim_sheet.ts';
import {readFirstLine} from '../../first_line.ts';
import {renderAdminAccess, renderLetIn} from '../../render_sso.ts';
import type {RunOf} from '../../verb.ts';
import {byShell, type SsoRuns, type WithSso} from './parts.ts';

/** Verbs that hand out a way in. Their secrets go to the terminal or into a private file, and nowhere else. */
export function accessVerbs(withSso: WithSso): SsoRuns<'sso let-in' | 'sso claim-sheet' | 'sso admin-access'> {
  return {
    'sso let-in': letIn(withSso),
    'sso claim-sheet': claimSheet(withSso),
    'sso admin-access': adminAccess(withSso),
  };
}

const letIn =
  (withSso: WithSso): RunOf<'sso let-in'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso}) => {
      const result = await sso.letIn(asked, byShell());
      output.say(renderLetIn(result));
      return {value: result};
    });
  };

const claimSheet =
  (withSso: WithSso): RunOf<'sso claim-sheet'> =>
  async ({options, request, output}) => {
    const out = String(options['out']);
    const render = sheetForm(out);
    const asked = await request();
    return withSso(options, async ({sso}) => {
      const sheet = await writeSheet(out, render, () => sso.claimSheet(asked, byShell()));
      const skipped = sheet.skipped.map(({person, message}) => `  ! ${person.username}: ${message}`);
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
    });
  };

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

const adminAccess =
  (withSso: WithSso): RunOf<'sso admin-access'> =>
  ({options, output}) =>
    withSso(options, async ({sso}) => {
      const password = options['passwordStdin'] === true ? await readFirstLine(process.stdin) : null;
      const result = await sso.adminAccess({user: accountName(String(options['user'])), password}, byShell());
      output.say(renderAdminAccess(result));
      return {value: result};
    });
