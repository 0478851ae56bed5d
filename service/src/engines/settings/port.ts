import type {SettingChanges, SettingValues} from '@disaster-recovery/contract';

/** The settings around sign-in. */
export type SignInSettings = {
  through: 'plugin' | 'socket' | 'file';
  /** True when a change counts only after Mattermost was restarted. */
  needsRestart: boolean;
  read(): Promise<SettingValues['values']>;
  /** Only where the value is still `from`; answers what is in force afterwards. */
  change(changes: SettingChanges['changes']): Promise<SettingValues['values']>;
};
