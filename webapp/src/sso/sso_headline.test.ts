import {expect, test} from '@jest/globals';
import type {ReturnList, SsoStatus} from '@disaster-recovery/contract';
import {MINUTE, NOW} from '../testing/examples.ts';
import {
  exampleEntry,
  exampleForecast,
  exampleIncident,
  exampleList,
  exampleProvider,
  exampleSso,
  SILENT,
} from '../testing/sso_examples.ts';
import {ssoHeadline} from './sso_headline.ts';

const inState = (state: SsoStatus['state'], providers = [SILENT()]) =>
  exampleSso({state, incident: exampleIncident({state})}, {providers});
const someone = exampleList([exampleEntry('user.one')]);

test.each<[string, SsoStatus, ReturnList | null, string, string | null]>([
  ['all answer', exampleSso(), null, 'good', null],
  ['no provider', exampleSso({}, {providers: []}), null, 'quiet', null],
  ['nobody watches', exampleSso({}, {running: false}), null, 'attention', null],
  ['cut off', exampleSso({}, {controls_ok: false, providers: [SILENT()]}), null, 'attention', null],
  ['down, but not yet for long enough', exampleSso({}, {providers: [SILENT()]}), null, 'attention', null],
  [
    'slow',
    exampleSso({}, {providers: [exampleProvider({state: 'degraded', message: 'slow'})]}),
    null,
    'attention',
    null,
  ],
  ['suspected', exampleSso({state: 'suspected'}, {providers: [SILENT()]}), null, 'bad', 'declare'],
  ['declared', inState('declared'), exampleList(), 'bad', 'extend'],
  ['open', inState('open'), someone, 'bad', 'let_in'],
  ['open, and the provider is back', inState('open', [exampleProvider()]), someone, 'attention', 'switch_back'],
  ['open, nobody left', inState('open', [exampleProvider()]), exampleList(), 'attention', 'close'],
  [
    'open, nobody knows how the provider is',
    inState('open', [exampleProvider({state: 'unknown'})]),
    someone,
    'attention',
    'let_in',
  ],
  ['the list is not known yet', inState('open', [exampleProvider()]), null, 'attention', 'switch_back'],
  ['on the way back', inState('switching_back', [exampleProvider()]), someone, 'attention', 'switch_back'],
  ['on the way back, all there', inState('switching_back', [exampleProvider()]), exampleList(), 'attention', 'close'],
  [
    'closed is quiet again',
    exampleSso({state: 'closed', incident: exampleIncident({state: 'closed'})}),
    null,
    'good',
    null,
  ],
])('%s: one thing to do next', (_name, status, list, tone, next) => {
  const headline = ssoHeadline(status, exampleForecast(), list, null, NOW);
  expect([headline.tone, headline.next]).toEqual([tone, next]);
});

test('a silence is counted in whole minutes, so that the sentence is not said anew each second', () => {
  const at = (now: number) =>
    JSON.stringify(ssoHeadline(exampleSso({state: 'suspected'}, {providers: [SILENT()]}), null, null, null, now).title);
  expect(at(NOW)).toBe(at(NOW + 5000));
  expect(at(NOW)).not.toBe(at(NOW + MINUTE));
});
