import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {act, screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {createClient} from '../client.ts';
import {receivedJob} from '../live_jobs.ts';
import {exampleConnection, exampleJob, exampleSet, exampleStatus, NOW} from '../testing/examples.ts';
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
    says: 'REPOSITORY_LOCKED: Another program holds it.',
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
