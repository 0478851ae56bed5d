import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {act, screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {createClient} from '../client.ts';
import {receivedJob} from '../live_jobs.ts';
import {exampleConnection, exampleError, exampleJob, exampleSet, exampleStatus, NOW} from '../testing/examples.ts';
import {answerWith, createHostStore, renderPage} from '../testing/render_page.tsx';
import {Dashboard} from './dashboard.tsx';

beforeEach(() => {
  Element.prototype.scrollIntoView = jest.fn();
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
});
afterEach(() => void jest.restoreAllMocks());

const usual = () => ({
  'GET connection': {body: exampleConnection()},
  'GET status': {body: exampleStatus()},
  'GET sets': {body: {sets: [exampleSet()]}},
  'GET jobs': {body: {jobs: []}},
});

test('the page says that recovery is possible, and backs up with one click', async () => {
  const asked = answerWith({
    ...usual(),
    'POST backups': {status: 202, body: exampleJob()},
    'GET jobs/job-1': {body: exampleJob()},
  });
  renderPage(<Dashboard client={createClient()} />);
  expect(await screen.findByText('You can recover. The newest good set is 2 h 14 min old.')).toBeInTheDocument();
  await userEvent.setup().click(screen.getByRole('button', {name: 'Back up now'}));
  expect(await screen.findByRole('progressbar')).toBeInTheDocument();
  expect(asked.find(({path}) => path === 'backups')?.body).toEqual({});
  expect(screen.getByText('A backup is running.')).toBeInTheDocument();
});

test('an event from the server shows a job that began elsewhere, and its end', async () => {
  const ended = exampleJob({status: 'success', progress: null, finished_at: NOW, result: null});
  const asked = answerWith({...usual(), 'GET jobs/job-1': {body: exampleJob()}});
  const store = createHostStore();
  renderPage(<Dashboard client={createClient()} />, store);
  await screen.findByText(/You can recover/);
  act(() => void store.dispatch(receivedJob(exampleJob())));
  expect(await screen.findByRole('progressbar')).toBeInTheDocument();
  act(() => void store.dispatch(receivedJob(ended)));
  expect(await screen.findByRole('heading', {name: 'Backup done'})).toBeInTheDocument();
  await waitFor(() => expect(asked.filter(({path}) => path === 'status').length).toBeGreaterThan(1));
});

test('the companion down: since when, and how to restore without it', async () => {
  answerWith({'GET connection': {body: exampleConnection({reachable: false, unreachable_since: NOW})}});
  renderPage(<Dashboard client={createClient()} />);
  expect(await screen.findByText('The companion has not answered since 12:00.')).toBeInTheDocument();
  expect(screen.getAllByText('drctl restore latest').length).toBeGreaterThan(0);
  expect(screen.getByText('drctl serve')).toBeInTheDocument();
});

test('a repository that cannot be used is not an empty one', async () => {
  const repository = {
    location: '/srv/repository',
    outcome: 'failed' as const,
    message: 'REPOSITORY_LOCKED: Another program holds it.',
  };
  answerWith({...usual(), 'GET status': {body: exampleStatus({repository, last_set: null, sets: 0})}});
  renderPage(<Dashboard client={createClient()} />);
  expect(await screen.findByText('The repository of the backups cannot be used.')).toBeInTheDocument();
  expect(screen.queryByText('none yet')).toBeNull();
  expect(screen.getAllByText('drctl restore latest').length).toBeGreaterThan(0);
});

test('the list of sets is asked for again only when it changed', async () => {
  const asked = answerWith({
    ...usual(),
    'POST backups': {status: 202, body: exampleJob()},
    'GET jobs/job-1': {body: exampleJob({status: 'canceled', finished_at: NOW})},
  });
  renderPage(<Dashboard client={createClient()} />);
  await userEvent.setup().click(await screen.findByRole('button', {name: 'Back up now'}));
  await screen.findByText('The backup was canceled');
  await waitFor(() => expect(asked.filter(({path}) => path === 'status').length).toBe(2));
  expect(asked.filter(({path}) => path === 'sets').length).toBe(1);
});

test('a proxy that answers in place of the plugin is not taken for it', async () => {
  answerWith({});
  renderPage(<Dashboard client={createClient()} />);
  expect(await screen.findByText('This page gets no answer from Mattermost.')).toBeInTheDocument();
  expect(screen.getByText(/HTTP 502/)).toBeInTheDocument();
});

test('a failure says what was not done, can be dismissed, and goes with its cause', async () => {
  let now = NOW;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  let isUp = false;
  answerWith({
    ...usual(),
    'GET sso': {status: 404, body: {error: exampleError('NOT_FOUND')}},
    'GET status': () =>
      isUp ? {body: exampleStatus()} : {status: 502, body: {error: exampleError('COMPANION_UNREACHABLE')}},
    'POST backups': {status: 502, body: {error: {...exampleError('COMPANION_UNREACHABLE'), retryable: true}}},
  });
  isUp = true;
  const user = userEvent.setup();
  renderPage(<Dashboard client={createClient()} />);
  const press = async () => user.click(await screen.findByRole('button', {name: 'Back up now'}));
  await press();
  expect(await screen.findByRole('alert')).toHaveTextContent(/^The backup was not started\..*It broke\./);
  await user.click(screen.getByRole('button', {name: 'Dismiss'}));
  expect(screen.queryByRole('alert')).toBeNull();

  isUp = false;
  await press();
  // The page looks at once, and sees that the companion is gone.
  expect(await screen.findByText(/The companion/, {selector: '.dr-verdict-title'})).toBeInTheDocument();
  expect(screen.getByRole('alert')).toBeInTheDocument();
  isUp = true;
  now += 1000;
  await user.click(screen.getByRole('button', {name: 'Check again'}));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});

test('a verification is followed beside the button that began it', async () => {
  const job = exampleJob({
    kind: 'verify',
    subject: exampleSet().id,
    progress: null,
    steps: [{name: 'read', outcome: 'running', started_at: NOW, ms: null}],
  });
  answerWith({...usual(), 'POST verifications': {status: 202, body: job}, 'GET jobs/job-1': {body: job}});
  const user = userEvent.setup();
  renderPage(<Dashboard client={createClient()} />);
  await user.click(await screen.findByRole('button', {name: /^Details of the set of/}));
  await user.click(screen.getByRole('button', {name: 'Verify'}));
  const card = (await screen.findByRole('heading', {name: 'Verification in progress'})).closest('.dr-details-row');
  expect(card).not.toBeNull();
  expect(screen.queryByText(/Another job is running/)).toBeNull();
  // With the details shut it moves to the top of the page: it is not lost.
  await user.click(screen.getByRole('button', {name: /^Close the details/}));
  expect(screen.getByRole('heading', {name: 'Verification in progress'}).closest('.dr-card')).not.toBeNull();
});

test('the end of a backup is shown together with the set that it made', async () => {
  let isDone = false;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  answerWith({
    ...usual(),
    'GET status': () => ({body: exampleStatus(isDone ? {} : {last_set: null, running: exampleJob()})}),
    'GET jobs/job-1': () => ({
      body: isDone ? exampleJob({status: 'success', progress: null, finished_at: NOW}) : exampleJob(),
    }),
  });
  const ask = globalThis.fetch;
  globalThis.fetch = (async (url: string, options: RequestInit) => {
    if (isDone && String(url).endsWith('/status')) {
      await held;
    }
    return ask(url, options);
  }) as typeof fetch;
  renderPage(<Dashboard client={createClient()} />);
  await screen.findByText('A backup is running.');
  isDone = true;
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(screen.queryByText('Backup done')).toBeNull();
  release();
  await screen.findByText('Backup done');
  expect(screen.getByText(/You can recover\. The newest good set/)).toBeInTheDocument();
  expect(screen.queryByText('Nothing is backed up yet.')).toBeNull();
});

test('an idle page asks for the list of jobs once, and a silent companion less and less often', async () => {
  jest.useFakeTimers({doNotFake: ['Date']});
  const asked = answerWith({...usual(), 'GET connection': {status: 502, body: {}}});
  renderPage(<Dashboard client={createClient()} />);
  await act(() => jest.advanceTimersByTimeAsync(10 * 60_000));
  const silent = asked.length;
  expect(silent).toBeLessThan(13);
  jest.useRealTimers();
});

test('an address that was saved just now is judged at once, not with the next poll', async () => {
  let connection = exampleConnection();
  answerWith({...usual(), 'GET connection': () => ({body: connection})});
  const store = createHostStore();
  renderPage(<Dashboard client={createClient()} />, store);
  await screen.findByText(/You can recover/);
  const address = 'http://127.0.0.1:1';
  connection = exampleConnection({
    ignored_setting: {companion_url: address, message: 'Nothing listens there.', remedy: ''},
  });
  const data = {PluginSettings: {Plugins: {'disaster-recovery': {companionurl: address}}}};
  act(() => void store.dispatch({type: 'RECEIVED_CONFIG', data} as never));
  expect(await screen.findByText(`The address ${address} in the settings below is not used.`)).toBeInTheDocument();
  expect(screen.getByText(/Nothing listens there/)).toBeInTheDocument();
});

test('not enrolled: the one action leads to the form', async () => {
  answerWith({'GET connection': {body: exampleConnection({enrolled: false})}});
  renderPage(<Dashboard client={createClient()} />);
  await userEvent.setup().click(await screen.findByRole('button', {name: 'Connect the companion'}));
  expect(screen.getByLabelText('Address of the companion')).toHaveFocus();
});

test('nothing is asked while the tab is hidden', async () => {
  const asked = answerWith(usual());
  jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  renderPage(<Dashboard client={createClient()} />);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual([]);
  jest.spyOn(document, 'hidden', 'get').mockReturnValue(false);
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
  expect(await screen.findByText(/You can recover/)).toBeInTheDocument();
});
