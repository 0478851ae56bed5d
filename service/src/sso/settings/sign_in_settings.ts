import {z} from 'zod';
import type {Actor, ChangedSetting, SettingChanges, SettingKey, SettingValues} from '@disaster-recovery/contract';
import type {SignInSettings} from '../../engines/settings/port.ts';
import {Failure} from '../../kernel/failure.ts';
import type {SsoConfig, SsoEngines} from '../engines.ts';
import type {SsoStore} from '../store/store.ts';

type Value = SettingValues['values'][number];
type Wish = {key: SettingKey; to: boolean | string};

/** What must be so while people are switched. */
const WHILE_SWITCHED: readonly Wish[] = [
  {key: 'EmailSettings.EnableSignInWithEmail', to: true},
  {key: 'EmailSettings.EnableSignInWithUsername', to: true},
  // Somebody whose e-mail address changed at the provider would get a second account, which takes the sign-in data away.
  {key: 'TeamSettings.EnableUserCreation', to: false},
  // A sync sees only accounts of its own service: it would drop switched people from their groups, and deactivate them on a half directory.
  {key: 'LdapSettings.EnableSync', to: false},
  {key: 'SamlSettings.EnableSyncWithLdap', to: false},
];

/** Put back last, when the provider has proven that it sees the returned accounts. */
export const SYNC_KEYS: readonly string[] = ['LdapSettings.EnableSync', 'SamlSettings.EnableSyncWithLdap'];

export type PlannedSetting = {key: string; from: unknown; to: unknown; locked: boolean};

export function plannedSettings(values: readonly Value[], wishes: readonly Wish[] = WHILE_SWITCHED): PlannedSetting[] {
  return wishes.flatMap(({key, to}) => {
    const now = values.find((value) => value.key === key);
    return now === undefined || now.value === to ? [] : [{key, from: now.value, to, locked: now.locked}];
  });
}

/** With both switches off nobody gets in by password, and the error looks like a wrong password. @throws Failure SETTING_LOCKED */
export function requirePasswordSignIn(values: readonly Value[]): void {
  const switches = values.filter(
    ({key}) => key === 'EmailSettings.EnableSignInWithEmail' || key === 'EmailSettings.EnableSignInWithUsername',
  );
  if (switches.length > 0 && switches.every(({value, locked}) => value === false && locked)) {
    throw new Failure(
      'SETTING_LOCKED',
      'MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL and MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME are both set to false: nobody could sign in with a password.',
    );
  }
}

export type SettingParts = {store: SsoStore; settings: SignInSettings; incident: string; by: Actor};

/** A running Mattermost reads its configuration file only at its start. Null when what was changed is in force already. */
export function restartWarning({
  store,
  settings,
  incident,
}: Pick<SettingParts, 'store' | 'settings' | 'incident'>): string | null {
  return settings.needsRestart && store.changedSettings(incident).some(({state}) => state === 'changed')
    ? 'Neither the plugin nor the local socket of Mattermost answers, so settings were changed in its configuration file. If Mattermost runs, restart it: before that nobody may be able to sign in with a password.'
    : null;
}

/** Opens the sign-in with a password, the ledger first. Repeating it changes nothing. @throws Failure SETTING_LOCKED */
export async function openSignIn(parts: SettingParts): Promise<ChangedSetting[]> {
  const values = await parts.settings.read();
  requirePasswordSignIn(values);
  await changeSettings(parts, plannedSettings(values));
  const after = await parts.settings.read();
  if (!after.some(({key, value}) => key.startsWith('EmailSettings.EnableSignInWith') && value === true)) {
    throw new Failure('SETTING_LOCKED', 'Sign-in with email or username was switched on, but it is not in force.');
  }
  return parts.store.changedSettings(parts.incident);
}

async function changeSettings(
  {store, settings, incident, by}: SettingParts,
  planned: readonly PlannedSetting[],
): Promise<void> {
  if (planned.length === 0) {
    return;
  }
  store.noteSettings(
    incident,
    planned.map(({key, from, to, locked}) => ({key, from, to, state: locked ? 'locked' : 'changed'})),
    by,
  );
  const changes = planned
    .filter(({locked}) => !locked)
    .map(({key, from, to}) => ({key, from, to})) as SettingChanges['changes'];
  if (changes.length === 0) {
    return;
  }
  const after = await settings.change(changes);
  for (const {key, to} of changes) {
    if (after.find((value) => value.key === key)?.value !== to) {
      store.settleSetting(incident, {key, state: 'changed_by_others'}, by);
    }
  }
}

/** While Mattermost runs it writes its own settings over its file, so what is put back there is lost. The plugin, once it answers again, does better. */
export async function wouldBeLost(
  {bridge, rest}: Pick<SsoEngines, 'bridge' | 'rest'>,
  {through}: SignInSettings,
): Promise<boolean> {
  return through === 'file' && bridge() !== null && rest.answers();
}

export const WAIT_FOR_PLUGIN =
  'The settings can be put back when the plugin answers again, or while Mattermost is stopped; then run drctl sso close.';

/** Puts back what is still as we set it. What others changed in the meantime is theirs. */
export async function putSettingsBack(
  {store, settings, incident, by}: SettingParts,
  only: (key: string) => boolean = () => true,
): Promise<ChangedSetting[]> {
  const ours = store.changedSettings(incident).filter(({key, state}) => state === 'changed' && only(key));
  if (ours.length > 0) {
    const before = await settings.read();
    const isOurs = ({key, to}: ChangedSetting): boolean => before.find((value) => value.key === key)?.value === to;
    const back = ours.filter(isOurs);
    const after =
      back.length === 0
        ? before
        : await settings.change(
            back.map(({key, from, to}) => ({key, from: to, to: from})) as SettingChanges['changes'],
          );
    for (const setting of ours) {
      const isBack = after.find((value) => value.key === setting.key)?.value === setting.from;
      if (isBack || !isOurs(setting)) {
        store.settleSetting(incident, {key: setting.key, state: isBack ? 'put_back' : 'changed_by_others'}, by);
      }
    }
  }
  return store.changedSettings(incident);
}

const Support = z.object({
  SupportSettings: z
    .object({
      ReportAProblemLink: z.string().default(''),
      HelpLink: z.string().default(''),
      SupportEmail: z.string().default(''),
    })
    .prefault({}),
});

/** Where people can ask for help, or null when the administrator has set nothing of his own. */
function supportLink(config: SsoConfig | null): string | null {
  const parsed = Support.safeParse(config?.config ?? {});
  const {
    ReportAProblemLink: report,
    HelpLink: help,
    SupportEmail: email,
  } = parsed.data?.SupportSettings ?? {ReportAProblemLink: '', HelpLink: '', SupportEmail: ''};
  // The links that every new server has lead to the vendor, who cannot let anybody in.
  return [email, report, help].find((link) => link !== '' && !/mattermost\.com/.test(link)) ?? null;
}

/** What an outage says to people: `headline` in plain text, `text` as Markdown below it, `banner` to whoever is signed in. */
export type OutageWords = {headline: string; text: string; banner: string; warnings: string[]};

/** The words of a declaration, and whom they will not reach. `claimUrl`: where a code is traded for a password. */
export function outageWords(config: SsoConfig | null, claimUrl: string): OutageWords {
  const support = supportLink(config);
  const whom = support === null ? 'your administrator' : support;
  const headline = 'Single sign-on is not available at the moment.';
  return {
    headline,
    text: `Your account and your messages are safe. To get in, ask ${whom} for a one-time code, then choose a password on [this page](${claimUrl}).`,
    banner: `${headline} Stay signed in here. To use another device, ask ${whom} for a one-time code.`,
    warnings: [
      ...(support === null
        ? [
            'No support contact of your own is set, so the sign-in page can only say “ask your administrator”. Set SupportSettings.SupportEmail or ReportAProblemLink first.',
          ]
        : []),
      ...(config?.banner === false
        ? [
            'The announcement banner needs a licence that this server does not have. Who is signed in is told on the sign-in page only: post it in a channel as well.',
          ]
        : []),
    ],
  };
}

/** Says it where people can read it without being signed in, and, where a banner can be shown, to those who are. */
export async function tellOnSignInPage(
  parts: SettingParts,
  {headline, text, banner}: OutageWords,
  showsBanner: boolean,
): Promise<void> {
  const values = await parts.settings.read();
  await changeSettings(
    parts,
    plannedSettings(values, [
      {key: 'TeamSettings.EnableCustomBrand', to: true},
      {key: 'TeamSettings.CustomBrandText', to: text},
      {key: 'TeamSettings.CustomDescriptionText', to: headline},
      ...(showsBanner
        ? ([
            {key: 'AnnouncementSettings.EnableBanner', to: true},
            {key: 'AnnouncementSettings.BannerText', to: banner},
          ] as const)
        : []),
    ]),
  );
}

/**
 * A configuration that was restored from the middle of an incident long closed has its changes again. Its words on the sign-in page, which nobody else
 * would write, tell that; then this incident puts those changes back when it ends.
 */
export async function takeOverSettings(
  {store, settings, incident, by}: SettingParts,
  former: {id: string} | null,
): Promise<void> {
  const changed = former ? store.changedSettings(former.id).filter(({state}) => state === 'put_back') : [];
  const words = changed.find(({key}) => key === 'TeamSettings.CustomBrandText');
  if (words === undefined) {
    return;
  }
  const values = await settings.read();
  const isThere = ({key, to}: ChangedSetting): boolean =>
    values.some((value) => value.key === key && value.value === to && !value.locked);
  if (isThere(words)) {
    store.noteSettings(
      incident,
      changed.filter(isThere).map((setting) => ({...setting, state: 'changed'})),
      by,
    );
  }
}
