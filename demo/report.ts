import type {RestoreResult, SetManifest, VerifyResult} from '@disaster-recovery/contract';
import type {Access} from './place.ts';
import {place, shown} from './place.ts';
import type {Comparison} from './compare.ts';
import type {Backup} from './scenario.ts';
import {say, seconds, style} from './steps.ts';

export type Seen = {
  people: number;
  backup: Backup;
  verified: VerifyResult[];
  restored: RestoreResult;
  comparison: Comparison;
  /** From the call of `drctl restore` to the first answer of the restored server. */
  rtoMs: number;
  totalMs: number;
};

const WIDTH = 78;
const LABEL = 14;

export const count = (value: number): string => value.toLocaleString('en-US');

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  const scaled = value / 1000 ** power;
  return `${scaled.toFixed(power === 0 || scaled >= 100 ? 0 : 1)} ${units[power] ?? ''}`;
}

export const rowsOf = ({database}: SetManifest): number =>
  (database?.tables ?? []).reduce((sum, {rows}) => sum + rows, 0);

/** What came of it all. */
export function report(seen: Seen): void {
  const {backup, comparison, verified} = seen;
  const {set} = backup;
  heading(`Done in ${seconds(seen.totalMs)}: backed up, verified, restored and compared`);
  line('Set', `${set.id}, state of ${new Date(set.t0).toISOString().slice(11, 19)} UTC`);
  line(
    'Backup',
    `${seconds(backup.ms)} by /dr backup, while ${count(backup.written.posts.length)} posts with files were written`,
  );
  line(
    'In the set',
    `${count(rowsOf(set))} rows, ${count(set.files?.count ?? 0)} files (${bytes(set.files?.bytes ?? 0)}), ${count(set.config?.files.length ?? 0)} of configuration`,
  );
  line(
    'Cross-check',
    `${count(set.cross_check.ok)} of ${count(set.cross_check.rows)} rows that name a file have it in the set`,
  );
  line('Repository', `${bytes(set.bytes_added)} added, encrypted`);
  line('Verified', verified.map(({level, duration_ms}) => `${level} in ${seconds(duration_ms)}`).join(', '));
  line('Restored', `side by side; Mattermost answered ${style('bold', seconds(seen.rtoMs))} after the call (RTO seen)`);
  line('Compared', `${count(comparison.tables)} tables equal by hash; posts, files, users row by row; no difference`);
  line('', `${count(comparison.files)} files equal by SHA-256, and ${count(comparison.configFiles)} of configuration`);
  line('', `newer than the set on the live server, as it should be: ${count(comparison.newer)} rows`);
  if (comparison.restless.length > 0) {
    line('Not compared', `${comparison.restless.join(', ')}: the use of the live server moved them on`);
  }
  if (backup.written.failures.length > 0) {
    line(
      'Refused',
      style('yellow', `${count(backup.written.failures.length)} posts, the first: ${backup.written.failures[0] ?? ''}`),
    );
  }
  line('Signed in', 'at the restored server with the same password; every file fetched through it');
}

export function wayAround({page, mattermost, companion, username, password}: Access): void {
  heading('Look around');
  line('Plugin page', style('cyan', page));
  line('User', `${username}   Password: ${style('bold', password)}`);
  line('Mattermost', `${mattermost} (server and API)`);
  line('Companion', `${companion} (/healthz, /metrics, /openapi.json)`);
  line('On the shell', `${shown(place('drctl'))} status     ${style('dim', "# drctl with the demo's --config")}`);
  line('', `${shown(place('drctl'))} list`);
  say();
  say(style('dim', "Mattermost's own web client is not part of the test server. The plugin page"));
  say(style('dim', 'shows the plugin alone, in the frame that the System Console gives it.'));
}

/** The bot's last post, as the administrator sees it in the channel. */
export function botPost(text: string): void {
  say();
  for (const part of text.trim().split('\n')) {
    const plain = part.replace(/^#+ /, '').replaceAll('**', '').replaceAll('`', '');
    say(`  ${style('dim', '│')} ${/^#/.test(part) ? style('bold', plain) : plain}`.trimEnd());
  }
  say();
}

function heading(text: string): void {
  say();
  say(style('bold', text));
  say(style('dim', '─'.repeat(WIDTH)));
}

function line(label: string, text: string): void {
  say(`${style('dim', label.padEnd(LABEL))}${text}`);
}
