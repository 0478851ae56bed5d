import {confirm, isCancel} from '@clack/prompts';
import {Failure} from '../kernel/failure.ts';
import type {Output} from './output.ts';

/** Asks on a terminal, unless `--yes` was given. @throws Failure CONFIRMATION_NEEDED */
export async function requireConfirmation(
  output: Output,
  options: Record<string, unknown>,
  question: string,
): Promise<void> {
  if (options['yes']) {
    return;
  }
  const answer = output.json || !process.stdin.isTTY ? false : await confirm({message: question, initialValue: false});
  if (isCancel(answer) || !answer) {
    throw new Failure('CONFIRMATION_NEEDED', 'Nothing was changed.');
  }
}
