import type {Actor} from '@disaster-recovery/contract';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Ledger} from '../ledger/index.ts';
import type {PolicyFile} from './file.ts';
import {changesBetween} from './policy.ts';

const BY_HAND: Actor = {kind: 'system', id: 'file', name: 'an edit of the file'};

type Text = {text: string; revision: string};

export type TakeUpParts<Config> = {
  file: PolicyFile<Config>;
  ledger: Ledger;
  log: Pick<Logger, 'info' | 'warn'>;
  inEffect(): Text;
  /** Goes by it from now on. @throws Failure when it cannot; what was in effect stays then */
  apply(config: Config, from: Text): Promise<void>;
};

/**
 * Follows the file while the companion runs; asked for again and again. A text counts when it is the same in two looks, so that nobody is read in the
 * middle of writing. One that cannot be used is told once, and what was in effect stays.
 */
export function createTakeUp<Config>(parts: TakeUpParts<Config>): {look(): Promise<void>} {
  let seen: string | null = null;
  let refused: string | null = null;
  return {
    look: async () => {
      const found = await parts.file.read();
      const isSettled = found.revision === seen;
      seen = found.revision;
      if (!isSettled || found.revision === refused || found.revision === parts.inEffect().revision) {
        return;
      }
      try {
        await takeUp(parts, found);
      } catch (error) {
        refused = found.revision;
        const {code, message} = asFailure(error);
        parts.log.warn({code, reason: message}, 'The changed configuration is not taken up.');
      }
    },
  };
}

async function takeUp<Config>({file, ledger, log, inEffect, apply}: TakeUpParts<Config>, found: Text): Promise<void> {
  const before = inEffect();
  await apply(await file.parse(found.text), found);
  if (!isEntered(ledger, found.revision)) {
    const changes = changesBetween(file, before.text, found.text);
    ledger.append('policy.changed', BY_HAND, {from: before.revision, revision: found.revision, changes});
  }
  log.info({revision: found.revision}, 'The changed configuration is taken up.');
}

/** Whether the newest entry of a change is the one that made this text: who changed it through us is in the ledger already. */
function isEntered(ledger: Ledger, revision: string): boolean {
  return ledger.of('policy.changed').at(-1)?.data['revision'] === revision;
}

/** At a start: what was changed while nobody watched, and what the changes of later are counted from. */
export function enterStart({file, ledger, inEffect}: Pick<TakeUpParts<unknown>, 'file' | 'ledger' | 'inEffect'>): void {
  const {revision} = inEffect();
  const newest = ledger.of('policy.changed', 'policy.found').at(-1)?.data['revision'] ?? null;
  if (newest !== revision) {
    ledger.append('policy.found', BY_HAND, {file: file.path, from: newest, revision});
  }
}
