import {
  ExtendResult,
  SwitchBackResult,
  SwitchResult,
  type ChangedSetting,
  type Job,
  type Person,
} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';
import {code, minute, plain} from '../words/markdown.ts';
import {counted} from '../words/plural.ts';
import {settingChange, settingValue} from '../words/sso.ts';

/** The post stands in the channel where somebody asked; names only of those with whom something is wrong. */
const PEOPLE_SHOWN = 10;
const SETTINGS_SHOWN = 10;

/** The result of a job of an SSO outage; null when it is none, or not in that shape. */
export function renderSsoResult(job: Job): string[] | null {
  switch (job.kind) {
    case 'sso_switch': {
      const {data} = SwitchResult.safeParse(job.result);
      return data ? switched(data) : null;
    }
    case 'sso_switch_back': {
      const {data} = SwitchBackResult.safeParse(job.result);
      return data ? switchedBack(data) : null;
    }
    case 'sso_extend': {
      const {data} = ExtendResult.safeParse(job.result);
      return data ? extended(data) : null;
    }
    case 'backup':
    case 'restore':
    case 'undo':
    case 'verify':
    case 'keep':
    case 'copy':
      return null;
  }
}

function switched(result: SwitchResult): string[] {
  const isClean = result.conflicts + result.failed === 0 && result.switched + result.already > 0;
  return [
    `#### ${isClean ? '✅' : '⚠️'} ${result.switched === 0 ? 'Nobody was' : counted(result.switched, 'person', 'people')} switched to email and password`,
    ...(result.already > 0
      ? [`- ${counted(result.already, 'person', 'people')} had been switched before and were not touched`]
      : []),
    ...troubles(result),
    `- ${counted(result.told, 'person', 'people')} told`,
    ...settingLines(result.settings),
    `It took ${formatDuration(result.duration_ms)}.`,
    '',
    '**Next**',
    `- Give each person a one-time code: ${code('/dr sso let-in USER --identified-by "text"')}, or print codes for many on a shell: ${code('drctl sso claim-sheet')}`,
    ...(result.failed > 0 ? ['- Run the same again: who is switched is not touched twice'] : []),
    `- When the provider is back: ${code('/dr sso switch-back')}`,
  ];
}

function switchedBack(result: SwitchBackResult): string[] {
  const isClean = result.conflicts + result.failed === 0;
  return [
    `#### ${isClean ? '✅' : '⚠️'} ${counted(result.returned, 'person', 'people')} switched back to single sign-on`,
    ...troubles(result),
    `- ${counted(result.sessions_revoked, 'session')} born of a password revoked, ${counted(result.sessions_kept, 'session')} of single sign-on kept, ${counted(result.reset_tokens_purged, 'reset token')} deleted`,
    ...(result.drift.length > 0
      ? [
          `- ⚠️ ${counted(result.drift.length, 'account')} changed otherwise during the outage:`,
          ...result.drift
            .slice(0, PEOPLE_SHOWN)
            .map(({person, changes}) => `  - ${name(person)}: ${plain(changes.join(', '))}`),
          ...more(result.drift.length),
        ]
      : []),
    ...settingLines(result.settings),
    ...(result.provider_check === 'overridden'
      ? ['- ⚠️ Without the check of the provider, as asked for; that is recorded']
      : []),
    `It took ${formatDuration(result.duration_ms)}.`,
    '',
    '**Next**',
    ...(isClean
      ? [
          `- See whether anything is left: ${code('/dr sso return-list')}`,
          `- Then close the incident: ${code('/dr sso close')}`,
        ]
      : [
          `- Look at what is left: ${code('/dr sso return-list')}`,
          `- Decide about conflicts: ${code('/dr sso resolve USER --choice restore|leave --reason "text"')}`,
          '- Run the switch back again',
        ]),
  ];
}

function extended(result: ExtendResult): string[] {
  return [
    `#### ${result.failed === 0 ? '✅' : '⚠️'} ${counted(result.extended, 'session')} of ${counted(result.people, 'person', 'people')} extended to ${minute(result.until)}`,
    ...(result.already_longer > 0 ? [`- ${counted(result.already_longer, 'session')} live longer anyway`] : []),
    ...(result.failed > 0 ? [`- ❌ ${counted(result.failed, 'session')} could not be extended; run it again`] : []),
    `- Browsers drop their cookie ${formatDuration(result.cookie_limit_ms)} after sign-in, whatever the session says`,
    `It took ${formatDuration(result.duration_ms)}.`,
    '',
    '**Next**',
    `- Who is locked out all the same: ${code('/dr sso forecast')}`,
  ];
}

type Outcomes = {
  conflicts: number;
  failed: number;
  people: readonly (Person & {outcome: string; message: string | null})[];
};

function troubles({conflicts, failed, people}: Outcomes): string[] {
  const bad = people.filter(({outcome}) => outcome === 'conflict' || outcome === 'failed');
  return conflicts + failed === 0
    ? []
    : [
        `- ❌ ${counted(conflicts, 'conflict')}, ${failed.toLocaleString('en-US')} failed:`,
        ...bad
          .slice(0, PEOPLE_SHOWN)
          .map((person) => `  - ${name(person)}: ${plain(person.message ?? person.outcome)}`),
        ...more(conflicts + failed),
      ];
}

function more(count: number): string[] {
  return count > PEOPLE_SHOWN ? [`  - and ${(count - PEOPLE_SHOWN).toLocaleString('en-US')} more`] : [];
}

/** As code: no mention, nobody is notified. */
function name({username}: Person): string {
  return code(username);
}

export function settingLines(settings: readonly ChangedSetting[]): string[] {
  return settings.slice(0, SETTINGS_SHOWN).map((setting) => {
    const {text, isFine} = settingChange(setting, (value) => code(settingValue(value)));
    return `- ${isFine ? '' : '⚠️ '}${code(setting.key)}: ${text}`;
  });
}
