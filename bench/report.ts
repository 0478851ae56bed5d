import type {Result} from './rounds.ts';
import {PHASES} from './rounds.ts';

type Metric = {name: string; unit: string; of: (result: Result) => number};

const METRICS: readonly Metric[] = [
  {name: 'wall', unit: 's', of: ({seconds}) => seconds},
  {name: 'CPU', unit: 's', of: ({cpu}) => cpu},
  {name: 'CPU of PostgreSQL', unit: 's', of: ({server_cpu}) => server_cpu},
  {name: 'stored', unit: 'MB', of: ({stored}) => stored / 1e6},
  {name: 'largest process', unit: 'MB', of: ({peak_rss}) => Math.max(...Object.values(peak_rss)) / 1e6},
];
const PEERS = ['script', 'restic'] as const;

export type Row = {
  phase: string;
  metric: string;
  unit: string;
  values: Record<string, Spread>;
  ratio: Record<string, number>;
};
type Spread = {median: number; min: number; max: number};

/** Medians, and what drctl needs for each unit that a peer needs. */
export function summarise(results: readonly Result[]): Row[] {
  return PHASES.flatMap((phase) =>
    METRICS.filter(({name}) => phase !== 'restore' || name !== 'stored').map(({name, unit, of}) => {
      const spread = (contestant: string): Spread =>
        spreadOf(results.filter((result) => result.phase === phase && result.contestant === contestant).map(of));
      const values = {drctl: spread('drctl'), script: spread('script'), restic: spread('restic')};
      return {
        phase,
        metric: name,
        unit,
        values,
        ratio: Object.fromEntries(PEERS.map((peer) => [peer, values.drctl.median / values[peer].median])),
      };
    }),
  );
}

function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number => sorted[index] ?? NaN;
  return {median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1)};
}

/** A table in Markdown. */
export function table(rows: readonly Row[]): string {
  return [
    '| phase | metric | drctl ÷ script | drctl ÷ restic | drctl | script | restic |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(
      ({phase, metric, unit, values, ratio}) =>
        `| ${[
          phase,
          `${metric}, ${unit}`,
          shown(ratio['script']),
          shown(ratio['restic']),
          range(values['drctl']),
          range(values['script']),
          range(values['restic']),
        ].join(' | ')} |`,
    ),
  ].join('\n');
}

const shown = (ratio: number | undefined): string =>
  ratio !== undefined && Number.isFinite(ratio) ? ratio.toFixed(2) : '–';

function range(spread: Spread | undefined): string {
  return spread === undefined ? '–' : `${digits(spread.median)} (${digits(spread.min)}–${digits(spread.max)})`;
}

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

/** Seconds of each of drctl's steps, medians of all runs. */
export function stepTable(results: readonly Result[]): string {
  return PHASES.map((phase) => {
    const runs = results
      .filter((result) => result.phase === phase)
      .flatMap(({steps}) => (steps === null ? [] : [steps]));
    const names = Object.keys(runs[0] ?? {});
    return `${phase}: ${names.map((name) => `${name} ${(spreadOf(runs.map((run) => run[name] ?? 0)).median / 1000).toFixed(1)}`).join(', ')}`;
  }).join('\n');
}

/** Peak memory of each program below drctl. */
export function memoryOfDrctl(results: readonly Result[]): Record<string, number> {
  const peaks: Record<string, number> = {};
  for (const {peak_rss} of results.filter(({contestant}) => contestant === 'drctl')) {
    for (const [program, bytes] of Object.entries(peak_rss)) {
      peaks[program] = Math.max(peaks[program] ?? 0, bytes);
    }
  }
  return peaks;
}
