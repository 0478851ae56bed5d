import type {Phase} from './sso_phases.ts';

/** Of each number of people and phase: drctl, the script, and how many times the script's seconds drctl needs. */
export function ssoTable(phases: readonly Phase[]): string {
  const rows = phases
    .filter(({contestant}) => contestant === 'drctl')
    .map((phase) => {
      const peer = phases.find(
        (it) => it.contestant === 'by hand' && it.people === phase.people && it.name === peerName(phase.name),
      );
      const shown = [
        phase.people,
        phase.name,
        time(phase),
        peer ? time(peer) : '–',
        peer ? ratio(phase, peer) : '–',
        phase.cpu?.toFixed(1) ?? '–',
        megabytes(phase, 'node'),
        megabytes(phase, 'restic'),
      ];
      return `| ${shown.join(' | ')} |`;
    });
  return [
    '| people | what | drctl | by hand | drctl ÷ by hand | CPU of drctl, s | drctl, MB | restic, MB |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const peerName = (name: string): string => name.replace(/,.*/, '');

function time({seconds, ms}: Phase): string {
  return ms ? `p50 ${millis(ms, 0.5)} ms, p95 ${millis(ms, 0.95)} ms of ${ms.length}` : `${seconds.toFixed(1)} s`;
}

function ratio(one: Phase, peer: Phase): string {
  return (one.ms && peer.ms ? quantile(one.ms, 0.5) / quantile(peer.ms, 0.5) : one.seconds / peer.seconds).toFixed(2);
}

const millis = (ms: readonly number[], share: number): string => quantile(ms, share).toFixed(0);

/** The smallest value that at least this share does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

function megabytes({memory}: Phase, program: string): string {
  // A program whose file was replaced while it ran.
  const bytes = memory?.[program] ?? memory?.[`${program} (deleted)`];
  return bytes === undefined ? '–' : (bytes / 1e6).toFixed(0);
}
