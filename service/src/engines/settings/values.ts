import {SETTING_KEYS, type SettingChanges, type SettingKey, type SettingValues} from '@disaster-recovery/contract';

export type Config = Record<string, unknown>;
type Value = boolean | string;
type Changes = SettingChanges['changes'];

/** What a setting is while nobody has set it (server: public/model/config.go, SetDefaults). */
const DEFAULTS: Record<SettingKey, Value | ((config: Config) => Value)> = {
  'EmailSettings.EnableSignInWithEmail': (config) => at(config, 'EmailSettings.EnableSignUpWithEmail') ?? true,
  'EmailSettings.EnableSignInWithUsername': true,
  'TeamSettings.EnableUserCreation': true,
  'TeamSettings.EnableCustomBrand': false,
  'TeamSettings.CustomBrandText': '',
  'TeamSettings.CustomDescriptionText': '',
  'AnnouncementSettings.EnableBanner': false,
  'AnnouncementSettings.BannerText': '',
  'LdapSettings.EnableSync': (config) => at(config, 'LdapSettings.Enable') ?? false,
  'SamlSettings.EnableSyncWithLdap': false,
};

export function isRecord(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(config: Config, key: string): Value | undefined {
  const [section, name] = key.split('.') as [string, string];
  const settings = config[section];
  const value = isRecord(settings) ? settings[name] : undefined;
  return typeof value === 'boolean' || typeof value === 'string' ? value : undefined;
}

/** The settings around sign-in in a config.json. `locked` is false: a file does not know what the environment of the server overrides. */
export function settingValues(config: Config): SettingValues['values'] {
  return SETTING_KEYS.map((key) => {
    const otherwise = DEFAULTS[key];
    return {
      key,
      value: at(config, key) ?? (typeof otherwise === 'function' ? otherwise(config) : otherwise),
      locked: false,
    };
  });
}

/** Those whose setting still is `from`. */
export function stillTrue(config: Config, changes: Changes): Changes {
  const now = new Map(settingValues(config).map(({key, value}) => [key, value]));
  return changes.filter(({key, from}) => now.get(key) === from);
}

/** A config.json that holds these settings alone. */
export function patchOf(changes: Changes): Record<string, Config> {
  const patch: Record<string, Config> = {};
  for (const {key, to} of changes) {
    const [section, name] = key.split('.') as [string, string];
    patch[section] = {...patch[section], [name]: to};
  }
  return patch;
}
