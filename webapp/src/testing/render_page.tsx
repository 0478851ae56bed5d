import {jest} from '@jest/globals';
import {render, type RenderResult} from '@testing-library/react';
import React, {type ReactElement} from 'react';
import {IntlProvider} from 'react-intl';
import {Provider} from 'react-redux';
import {combineReducers, legacy_createStore as createStore} from 'redux';
import {Words} from '../i18n/say.tsx';
import {liveJobs} from '../live_jobs.ts';

type AnyAction = {type: string; data?: object};

/** The configuration of the host, as its admin reducer keeps it. */
const entities = (state: {admin: {config: object}} = {admin: {config: {}}}, {type, data = {}}: AnyAction) =>
  type === 'RECEIVED_CONFIG' ? {admin: {config: data}} : state;

export function createHostStore() {
  return createStore(combineReducers({'plugins-disaster-recovery': liveJobs, entities}));
}

/** Inside what the host gives: a store and its own words, which do not know ours. */
export function renderPage(element: ReactElement, store = createHostStore()): RenderResult {
  return render(
    <Provider store={store}>
      <IntlProvider locale="en" timeZone="UTC" messages={{}}>
        <Words>{element}</Words>
      </IntlProvider>
    </Provider>,
  );
}

type Answer = {status?: number; body?: unknown} | ((body: unknown) => {status?: number; body?: unknown});

export type Asked = {method: string; path: string; body: unknown; headers: Record<string, string>};

/** Answers the bridge's API in place of the network. Routes read `GET status`; what is not named is a page of a proxy. */
export function answerWith(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = jest.fn((url: unknown, options?: RequestInit) => {
    const path = String(url).replace('/plugins/disaster-recovery/api/v1/', '');
    const method = options?.method ?? 'GET';
    const body: unknown = options?.body ? JSON.parse(String(options.body)) : undefined;
    asked.push({method, path, body, headers: options?.headers as Record<string, string>});
    const answer = answers[`${method} ${path}`];
    if (!answer) {
      return Promise.resolve({status: 502, text: () => Promise.resolve('<html>Bad Gateway</html>')});
    }
    const {status = 200, body: reply} = typeof answer === 'function' ? answer(body) : answer;
    return Promise.resolve({status, text: () => Promise.resolve(reply === undefined ? '' : JSON.stringify(reply))});
  }) as never;
  return asked;
}
