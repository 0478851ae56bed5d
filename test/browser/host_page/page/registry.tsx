import type {ComponentType} from 'react';
import {combineReducers, legacy_createStore as createStore, type Reducer} from 'redux';

export type CustomSetting = {component: ComponentType<Record<string, unknown>>; options: {showTitle: boolean}};

/** As the admin reducer of mattermost-redux has it. */
export const RECEIVED_CONFIG = 'RECEIVED_CONFIG';

export type Host = ReturnType<typeof createHost>;

/** Store and registry with the call signatures of the real web client, so far as plugins of this project use them. */
export function createHost() {
  const reducers: Record<string, Reducer> = {
    entities: (
      state = {general: {config: {}, license: {}}, users: {currentUserId: ''}, admin: {config: {}}},
      action,
    ) => (action.type === RECEIVED_CONFIG ? {...state, admin: {...state.admin, config: action['data']}} : state),
    views: (state: unknown = {}) => state,
  };
  const store = createStore(combineReducers(reducers));
  const settings = new Map<string, CustomSetting>();
  const handlers = new Map<string, (message: unknown) => void>();
  const translations: Record<string, string> = {};

  /** One registry a plugin, as the real client makes them. */
  const registryFor = (id: string) => ({
    id,
    registerAdminConsoleCustomSetting(
      key: string,
      component: CustomSetting['component'],
      {showTitle} = {showTitle: false},
    ) {
      settings.set(`${id}/${key.toLowerCase()}`, {component, options: {showTitle}});
    },
    registerReducer(reducer: Reducer) {
      reducers[`plugins-${id}`] = reducer;
      store.replaceReducer(combineReducers(reducers));
    },
    registerWebSocketEventHandler(event: string, handler: (message: unknown) => void) {
      handlers.set(event, handler);
    },
    registerReconnectHandler(handler: () => void) {
      handlers.set('reconnect', () => handler());
    },
    registerTranslations(getTranslationsForLocale: (locale: string) => Record<string, string>) {
      Object.assign(translations, getTranslationsForLocale('en'));
    },
  });

  return {store, settings, handlers, translations, registryFor};
}
