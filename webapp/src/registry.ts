import type {ComponentType, ReactElement} from 'react';

/** The part of the host's plugin registry that is used here. Old hosts may lack some of it. */
export type PluginRegistry = {
  registerAdminConsoleCustomSetting?(
    key: string,
    component: ComponentType<CustomSettingProps>,
    options?: {showTitle: boolean},
  ): void;
  registerReducer?(reducer: unknown): void;
  registerWebSocketEventHandler?(event: string, handler: (message: unknown) => void): void;
  registerReconnectHandler?(handler: () => void): void;
  registerTranslations?(getTranslationsForLocale: (locale: string) => Record<string, string>): void;
};

/** What the System Console hands to a custom setting. */
type CustomSettingProps = {
  id: string;
  label: string;
  helpText: ReactElement | null;
  value: unknown;
  disabled: boolean;
  config: object;
  license: object;
  setByEnv: boolean;
  onChange(id: string, value: unknown, confirm?: boolean, doSubmit?: boolean, warning?: boolean): void;
  registerSaveAction(action: () => Promise<unknown>): void;
  setSaveNeeded(): void;
  unRegisterSaveAction(action: () => Promise<unknown>): void;
  cancelSubmit?(): void;
  showConfirm?: boolean;
};
