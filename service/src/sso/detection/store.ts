import {ProbeResult, type ProviderState} from '@disaster-recovery/contract';
import {z} from 'zod';
import type {State} from '../../kernel/state.ts';
import {ProviderTrack} from './rules.ts';

/** The newest round, the track of each provider, and the last raw results. `owed` is what the administrators have not been told yet. */
export const DETECTION_TABLES = `
CREATE TABLE IF NOT EXISTS sso_round (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL, controls_ok INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS sso_tracks (provider TEXT PRIMARY KEY, track TEXT NOT NULL, proposed INTEGER NOT NULL, owed TEXT) STRICT;
CREATE TABLE IF NOT EXISTS sso_probe_results (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, vantage TEXT NOT NULL, probe TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
  says TEXT NOT NULL, ms REAL NOT NULL) STRICT;
`;

/** Raw results kept of each probe of each vantage point, and shown of each provider. */
const KEPT = 20;

export type Owed = 'suspected' | 'recovered' | null;
/** `proposed`: the outage was proposed to the administrators, so its end is worth a word too. */
export type StoredTrack = {track: ProviderTrack; proposed: boolean; owed: Owed};
export type LastRound = {at: number; controls_ok: boolean | null};

export type DetectionStore = ReturnType<typeof createDetectionStore>;

const TrackRow = z.object({
  provider: z.string(),
  track: z.string(),
  proposed: z.number(),
  owed: z.enum(['suspected', 'recovered']).nullable(),
});
const RoundRow = z.object({at: z.number(), controls_ok: z.number().nullable()});

/** Detection on disk, so that a restart keeps its state and another process can read it. */
export function createDetectionStore({db}: State) {
  const upsertRound = db.prepare(
    'INSERT INTO sso_round (one, at, controls_ok) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at, controls_ok = excluded.controls_ok',
  );
  const selectRound = db.prepare('SELECT at, controls_ok FROM sso_round');
  const upsertTrack = db.prepare(`INSERT INTO sso_tracks (provider, track, proposed, owed) VALUES (?, ?, ?, ?)
    ON CONFLICT (provider) DO UPDATE SET track = excluded.track, proposed = excluded.proposed, owed = excluded.owed`);
  const settleTrack = db.prepare('UPDATE sso_tracks SET owed = NULL WHERE provider = ? AND owed = ?');
  const selectTracks = db.prepare('SELECT provider, track, proposed, owed FROM sso_tracks ORDER BY provider');
  const dropTrack = db.prepare('DELETE FROM sso_tracks WHERE provider = ?');
  const insertResult = db.prepare(
    'INSERT INTO sso_probe_results (provider, vantage, probe, at, outcome, says, ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const prune = db.prepare(`DELETE FROM sso_probe_results WHERE seq IN (SELECT seq FROM (
    SELECT seq, row_number() OVER (PARTITION BY provider, vantage, probe ORDER BY seq DESC) AS place FROM sso_probe_results) WHERE place > ${KEPT})`);
  // Of a host that the settings no longer name nothing new comes, so its results would stay for ever.
  const pruneOld = db.prepare('DELETE FROM sso_probe_results WHERE at < ?');
  const dropResults = db.prepare('DELETE FROM sso_probe_results WHERE provider = ?');
  const selectResults = db.prepare(
    `SELECT provider, vantage, probe, at, outcome, says AS message, ms FROM sso_probe_results WHERE provider = ? ORDER BY seq DESC LIMIT ${KEPT}`,
  );

  return {
    lastRound(): LastRound | null {
      const row = RoundRow.safeParse(selectRound.get()).data;
      return row === undefined
        ? null
        : {at: row.at, controls_ok: row.controls_ok === null ? null : row.controls_ok === 1};
    },
    noteRound({at, controls_ok: controls}: LastRound): void {
      upsertRound.run(at, controls === null ? null : Number(controls));
    },
    /** A track that another version wrote and this one cannot read is left out: its provider begins anew. */
    tracks: (): StoredTrack[] => selectTracks.all().flatMap(readTrack),
    putTrack({track, proposed, owed}: StoredTrack): void {
      upsertTrack.run(track.provider, JSON.stringify(track), Number(proposed), owed);
    },
    settle(provider: string, owed: Exclude<Owed, null>): void {
      settleTrack.run(provider, owed);
    },
    forget(provider: string): void {
      dropTrack.run(provider);
      dropResults.run(provider);
    },
    addResults(results: readonly ProbeResult[], keptSince: number): void {
      for (const {provider, vantage, probe, at, outcome, message, ms} of results) {
        insertResult.run(provider, vantage, probe, at, outcome, message, ms);
      }
      prune.run();
      pruneOld.run(keptSince);
    },
    /** Newest first, at most 20. */
    results: (provider: string): ProbeResult[] =>
      selectResults.all(provider).flatMap((row) => ProbeResult.safeParse(row).data ?? []),
    providers(): ProviderState[] {
      return this.tracks().map(({track}) => ({
        provider: track.provider,
        state: track.state,
        since: track.since,
        outcome: track.outcome,
        message: track.message,
        rounds_down: track.rounds_down,
        rounds_up: track.rounds_up,
        last_login_at: track.last_login_at,
        results: this.results(track.provider),
      }));
    },
  };
}

function readTrack(row: unknown): StoredTrack[] {
  const parsed = TrackRow.safeParse(row).data;
  const track = parsed && ProviderTrack.safeParse(asNow(parseJson(parsed.track))).data;
  return parsed && track ? [{track, proposed: parsed.proposed === 1, owed: parsed.owed}] : [];
}

/** What was seen and said until now counts on after an upgrade in the middle of an outage: `message` was `says` once. */
function asNow(track: unknown): unknown {
  return typeof track === 'object' && track !== null && 'says' in track ? {message: track.says, ...track} : track;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
