import type {Actor, ChangedSetting, SetAgainResult, SettingChanges, SettingsDrift} from '@disaster-recovery/contract';
import type {SignInSettings} from '../../engines/settings/port.ts';
import {asFailure} from '../../kernel/failure.ts';
import {COMPANION, type SsoEngines} from '../engines.ts';
import type {NotedDrift} from '../store/drift.ts';
import type {SsoStore} from '../store/store.ts';
import {tellAdministrators} from '../people/tell.ts';

/** A note of "all in force" is written at most this often: it only has to bound whose save can have been the cause. */
const NOTE_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** When somebody, or something, writes over them again and again, only a person can tell who is right. */
const SET_AGAIN_PER_HOUR = 3;

export type DriftParts = {engines: SsoEngines; store: SsoStore};
type Value = Awaited<ReturnType<SignInSettings['read']>>[number];
type Differing = {setting: ChangedSetting; live: Value};

/** What the incident has set, with what is in force now beside it. */
export type LiveSettings = {settings: ChangedSetting[]; drift: SettingsDrift | null};

/**
 * Looks at the settings of an incident as they are now: the System Console saves the whole configuration that a browser loaded earlier, and so undoes
 * what was set meanwhile. Changes nothing in Mattermost. Where nobody can say what is in force, the settings come without `live`.
 */
export async function lookAtSettings({engines, store}: DriftParts, incident: string): Promise<LiveSettings> {
  const settings = store.changedSettings(incident);
  if (!settings.some(({state}) => state === 'changed')) {
    return {settings, drift: null};
  }
  try {
    const values = await (await engines.signInSettings()).read();
    const differing = differingOf(settings, values);
    const noted = await note({engines, store}, incident, differing);
    return {settings: settings.map((setting) => withLive(setting, values)), drift: driftOf(settings, differing, noted)};
  } catch (error) {
    engines.log.debug({code: asFailure(error).code}, 'The settings of the incident could not be looked at.');
    return {settings, drift: null};
  }
}

function withLive(setting: ChangedSetting, values: readonly Value[]): ChangedSetting {
  const live = values.find(({key}) => key === setting.key);
  return live === undefined ? setting : {...setting, live: live.value};
}

function differingOf(settings: readonly ChangedSetting[], values: readonly Value[]): Differing[] {
  return settings.flatMap((setting) => {
    const live = values.find(({key}) => key === setting.key);
    return setting.state === 'changed' && live !== undefined && live.value !== setting.to ? [{setting, live}] : [];
  });
}

/** Asked for once, when it is first seen: the audit grows, and later saves are not the cause. */
async function note(
  {engines: {accounts, clock}, store}: DriftParts,
  incident: string,
  differing: readonly Differing[],
): Promise<NotedDrift> {
  const now = clock.now();
  const keys = differing.map(({setting}) => setting.key);
  const before = store.notedDrift(incident);
  if (keys.length === 0) {
    const inForce: NotedDrift = {in_force_at: now, keys, by: null, at: null, told: false};
    if (before === null || before.keys.length > 0 || now - before.in_force_at >= NOTE_EVERY_MS) {
      store.noteDrift(incident, inForce);
    }
    return inForce;
  }
  if (before?.keys.join() === keys.join()) {
    return before;
  }
  const since = before?.in_force_at ?? store.incident()?.declared_at ?? now;
  const save = await accounts.newestConfigSave(since).catch(() => null);
  const noted: NotedDrift = {in_force_at: since, keys, by: save?.username ?? null, at: save?.at ?? now, told: false};
  store.noteDrift(incident, noted);
  return noted;
}

function driftOf(
  settings: readonly ChangedSetting[],
  differing: readonly Differing[],
  {by, at}: NotedDrift,
): SettingsDrift | null {
  if (differing.length === 0) {
    return null;
  }
  const of = settings.filter(({state}) => state === 'changed').length;
  const who = by === null ? '. Who did it is not known' : ` by @${by}`;
  const when = at === null ? '' : `${by === null ? '; it was noticed' : ''} at ${clockTime(at)}`;
  const whole = `${differing.length} of ${of} ${of === 1 ? 'setting' : 'settings'} of the incident ${differing.length === 1 ? 'was' : 'were'} changed`;
  return {
    of,
    settings: differing.map(({setting, live}) => ({key: setting.key, wanted: setting.to, live: live.value})),
    by,
    at,
    message: `${whole}${who}${when}.`,
  };
}

/** `2026-11-24 19:10 UTC` */
function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Sets again what differs. What the environment holds, and what is not in force afterwards, is named. @throws Failure MATTERMOST_* */
export async function setAgain({engines, store}: DriftParts, incident: string, by: Actor): Promise<SetAgainResult> {
  const settings = await engines.signInSettings();
  const differing = differingOf(store.changedSettings(incident), await settings.read());
  const free = differing.filter(({live}) => !live.locked);
  const after =
    free.length === 0
      ? []
      : await settings.change(
          free.map(({setting: {key, to}, live}) => ({key, from: live.value, to})) as SettingChanges['changes'],
        );
  const isSet = ({setting: {key, to}}: Differing): boolean =>
    after.some((value) => value.key === key && value.value === to);
  const set = free.filter(isSet).map(({setting: {key}}) => key);
  if (differing.length > 0) {
    engines.ledger.append('sso.settings_set_again', by, {
      incident,
      set,
      left: differing.map(({setting: {key}}) => key).filter((key) => !set.includes(key)),
    });
  }
  const {settings: live} = await lookAtSettings({engines, store}, incident);
  return {
    set,
    left: differing
      .filter(({setting: {key}}) => !set.includes(key))
      .map(({setting: {key}, live: {locked}}) => ({
        key,
        message: locked
          ? 'The environment of Mattermost sets it.'
          : 'Mattermost took the change and has another value in force.',
      })),
    settings: live,
  };
}

/** One look of the watch: what is new is told to the administrators, or set again where the policy says so. */
export function createDriftWatch(parts: DriftParts): () => Promise<void> {
  const {engines, store} = parts;
  let setAt: number[] = [];
  return async () => {
    const incident = store.incident();
    const {drift} = incident ? await lookAtSettings(parts, incident.id) : {drift: null};
    const noted = incident ? store.notedDrift(incident.id) : null;
    if (!incident || !drift || !noted || noted.told) {
      return;
    }
    const keys = drift.settings.map(({key}) => key);
    engines.ledger.append('sso.settings_drifted', COMPANION, {incident: incident.id, keys, by: drift.by, at: drift.at});
    setAt = setAt.filter((at) => engines.clock.now() - at < HOUR_MS);
    const isAllowed = engines.settings.set_settings_again && setAt.length < SET_AGAIN_PER_HOUR;
    // Told first: a message that fails is tried again at the next look, and then nothing was hidden by a repair.
    await tellAdministrators(engines, message(drift, isAllowed, engines.settings.set_settings_again));
    store.noteDrift(incident.id, {...noted, told: true});
    if (isAllowed) {
      setAt.push(engines.clock.now());
      await setAgain(parts, incident.id, COMPANION);
    }
  };
}

function message({message, settings}: SettingsDrift, isAllowed: boolean, isPolicy: boolean): string {
  const shut = settings.some(({key, wanted}) => key.startsWith('EmailSettings.EnableSignIn') && wanted === true);
  const names = settings.map(({key}) => `\`${key}\``).join(', ');
  const next = isAllowed
    ? 'They are set again now, as `sso.set_settings_again` asks for.'
    : `${isPolicy ? 'They were set again three times within an hour, so now somebody has to decide. ' : ''}Set them again: \`/dr sso set-again\`. Saving a page of the System Console that was opened before the outage writes the old values back: reload it first.`;
  return `**${message}**${shut ? ' People who were switched may not be able to sign in with their password.' : ''} Changed: ${names}. ${next}`;
}
