import {createHash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Actor, IdentitySnapshot} from '@disaster-recovery/contract';
import {canonicalJson} from '../../kernel/canonical_json.ts';
import {asFailure} from '../../kernel/failure.ts';
import {counted} from '../../words/plural.ts';
import type {SsoEngines} from '../engines.ts';
import {identityOf, isOriginal} from '../people/identity.ts';
import {IdentityLine, type SnapshotStore} from './store.ts';

/** Identity snapshots of their own, beside those in the records of sets. */
const IDENTITY_TAG = 'disaster-recovery-identity';
const IDENTITY_FILE = 'identity.jsonl';
/** So many rows in one transaction: a snapshot must not hold the state's lock for long, nor sync after each row. */
const ROWS_AT_ONCE = 500;

export type SnapshotParts = Pick<
  SsoEngines,
  'accounts' | 'clock' | 'ledger' | 'repository' | 'state' | 'workDirectory'
> & {store: SnapshotStore};

/**
 * Notes how everybody signs in now. Only what changed is written; a changed state also goes into the repository, encrypted there as everything.
 * With an empty memory the newest snapshot of the repository comes first: who is switched at this moment is known only there.
 * @throws Failure DATABASE_*
 */
export async function takeSnapshot(parts: SnapshotParts, by: Actor): Promise<IdentitySnapshot> {
  const {clock, ledger, store} = parts;
  const problem = await recall(parts);
  const warnings = problem === null ? [] : [problem];
  const before = store.latest();
  const seen = await noteAccounts(parts);
  if (seen.broken > 0) {
    warnings.push(
      `${counted(seen.broken, 'account names a provider but has', 'accounts name a provider but have')} no sign-in data, or a service that is not known here; ${seen.broken === 1 ? 'it' : 'they'} could not be put back after a switch.`,
    );
  }
  const isNew = seen.changed > 0 || before?.sha256 !== seen.sha256 || before.stored !== 'repository';
  // What could not be recalled must not be hidden behind a newer snapshot that lacks it.
  const stored = problem !== null ? 'here_only' : isNew ? await keep(parts, warnings) : 'repository';
  const snapshot: IdentitySnapshot = {
    at: clock.now(),
    accounts: seen.accounts,
    sso_accounts: seen.accounts - seen.broken,
    changed: seen.changed,
    sha256: seen.sha256,
    stored,
    warnings,
  };
  store.note(snapshot);
  ledger.append('sso.snapshot', by, {
    accounts: snapshot.accounts,
    changed: snapshot.changed,
    sha256: snapshot.sha256,
    stored,
  });
  return snapshot;
}

/**
 * A memory that was never stored may be a new one after a loss: it is completed from the newest snapshot of the repository, and what it knows itself
 * stays. Returns what went wrong, in words.
 */
export async function recall({
  store,
  repository,
  state,
}: Pick<SnapshotParts, 'store' | 'repository' | 'state'>): Promise<string | null> {
  if (store.isStored()) {
    return null;
  }
  try {
    const newest = (await repository.snapshots([IDENTITY_TAG])).at(-1);
    const lines: IdentityLine[] = [];
    const flush = (): void => {
      state.transact(() => {
        lines
          .splice(0)
          .filter(({user}) => !store.knows(user))
          .forEach((line) => store.put(line));
      });
    };
    if (newest) {
      await repository.readLines({snapshot: newest.id, path: join(newest.paths[0] ?? '/', IDENTITY_FILE)}, (text) => {
        lines.push(IdentityLine.parse(JSON.parse(text)));
        if (lines.length === ROWS_AT_ONCE) {
          flush();
        }
      });
      flush();
    }
    return null;
  } catch (error) {
    return `Older snapshots could not be read from the repository: ${asFailure(error).message}`;
  }
}

async function noteAccounts({
  accounts,
  clock,
  state,
  store,
}: SnapshotParts): Promise<{accounts: number; broken: number; changed: number; sha256: string}> {
  const sum = createHash('sha256');
  const seen = {accounts: 0, broken: 0, changed: 0};
  let lines: IdentityLine[] = [];
  const flush = (): void => {
    const batch = lines;
    lines = [];
    state.transact(() => {
      seen.changed += batch.filter((line) => store.put(line)).length;
    });
  };
  for await (const account of accounts.stream('sso')) {
    seen.accounts += 1;
    // What could not be put back is no original, and must not stand where a good one was.
    if (!isOriginal(account.sign_in)) {
      seen.broken += 1;
      continue;
    }
    const identity = identityOf(account);
    sum.update(`${account.id}${canonicalJson(identity)}\n`);
    lines.push({user: account.id, identity, seen_at: clock.now()});
    if (lines.length === ROWS_AT_ONCE) {
      flush();
    }
  }
  flush();
  return {...seen, sha256: sum.digest('hex')};
}

async function keep(parts: SnapshotParts, warnings: string[]): Promise<IdentitySnapshot['stored']> {
  // Always the same directory: the repository then finds what it has of it already.
  const directory = join(parts.workDirectory, 'identity');
  try {
    await writeIdentities(parts.store, directory);
    await parts.repository.store(directory, {tags: [IDENTITY_TAG]});
    return 'repository';
  } catch (error) {
    warnings.push(`It is not in the repository yet: ${asFailure(error).message}`);
    return 'here_only';
  } finally {
    await rm(directory, {recursive: true, force: true});
  }
}

/** Writes all known identities into a directory that only we can read; also for the record of a set. */
export async function writeIdentities(store: Pick<SnapshotStore, 'lines'>, directory: string): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const lines = (function* () {
    for (const line of store.lines()) {
      yield `${JSON.stringify(line)}\n`;
    }
  })();
  await pipeline(Readable.from(lines), createWriteStream(join(directory, IDENTITY_FILE), {mode: 0o600}));
}
