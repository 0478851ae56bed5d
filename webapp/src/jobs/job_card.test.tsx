import {expect, jest, test} from '@jest/globals';
import {screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import type {Job} from '@disaster-recovery/contract';
import {createClient} from '../client.ts';
import {exampleError, exampleJob, NOW} from '../testing/examples.ts';
import {answerWith, renderPage} from '../testing/render_page.tsx';
import {JobCard} from './job_card.tsx';

function show(job: Job) {
  const onChange = jest.fn();
  renderPage(<JobCard job={job} client={createClient()} result={null} onChange={onChange} onDismiss={jest.fn()} />);
  return {onChange, user: userEvent.setup()};
}

test('a running job shows its bar with numbers that can be heard', () => {
  show(exampleJob());
  const bar = screen.getByRole('progressbar', {name: 'Progress of the current step'});
  expect(bar).toHaveAttribute('aria-valuenow', '45');
  expect(bar).toHaveAttribute('aria-valuetext', 'Step 3 of 9, Copy the database, 45 percent');
  expect(screen.getByText('450 B of 1.0 kB · 100 B a second · about 6 s left')).toBeInTheDocument();
});

test('a total that is not known makes an open bar, not a wrong number', () => {
  show(
    exampleJob({
      progress: {
        phase: 'odd_new_step',
        step: 1,
        steps: 2,
        done: 7,
        total: null,
        unit: 'files',
        rate: null,
        eta_ms: null,
      },
    }),
  );
  expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
  expect(screen.getByText('Step 1 of 2: Odd new step')).toBeInTheDocument();
  expect(screen.getByText('7 files so far')).toBeInTheDocument();
});

test('each step says its state in words', () => {
  show(
    exampleJob({
      steps: [
        {name: 'preflight', outcome: 'done', started_at: NOW, ms: 4000},
        {name: 'capture_database', outcome: 'running', started_at: NOW, ms: null},
        {name: 'seal', outcome: 'waiting', started_at: null, ms: null},
      ],
    }),
  );
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    '✓Check that everything is ready4 s',
    '▸Copy the databaserunning',
    '○Seal the setwaiting',
  ]);
});

test('head and bar follow the step that runs, not the last one that told a number', () => {
  show(
    exampleJob({
      steps: [
        {name: 'capture_database', outcome: 'done', started_at: NOW, ms: 4000},
        {name: 'read_back', outcome: 'running', started_at: NOW, ms: null},
      ],
    }),
  );
  expect(screen.getByText('Step 2 of 2: Read back what was stored')).toBeInTheDocument();
  const bar = screen.getByRole('progressbar');
  expect(bar).not.toHaveAttribute('aria-valuenow');
  expect(bar).toHaveAttribute('aria-valuetext', 'Step 2 of 2, Read back what was stored');
  expect(screen.getByRole('status')).toHaveTextContent('Step 2 of 2, Read back what was stored');
  expect(screen.getByText(/^since .*12:00/)).toBeInTheDocument();
});

test('a job that tells no number at all is not waiting to start', () => {
  show(
    exampleJob({
      kind: 'sso_switch_back',
      progress: null,
      steps: [{name: 'await_login', outcome: 'running', started_at: NOW, ms: null}],
    }),
  );
  expect(screen.queryByText('Waiting to start…')).toBeNull();
  expect(screen.getByText('Step 1 of 1: Wait for a real sign-in through the provider')).toBeInTheDocument();
});

test('what an administrator stopped is no failure', () => {
  show(
    exampleJob({
      status: 'canceled',
      progress: null,
      finished_at: NOW,
      error: exampleError('JOB_CANCELED', 'Job job-1 was canceled.'),
    }),
  );
  expect(screen.getByRole('heading', {name: 'The backup was canceled'})).toBeInTheDocument();
  expect(screen.getByText(/No set was made and nothing was changed/)).toBeInTheDocument();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('canceling asks first', async () => {
  const canceled = exampleJob({status: 'cancel_requested'});
  const asked = answerWith({'POST jobs/job-1/cancel': {status: 202, body: canceled}});
  const {user, onChange} = show(exampleJob());
  await user.click(screen.getByRole('button', {name: 'Cancel'}));
  expect(screen.getByRole('button', {name: 'Let it run'})).toHaveFocus();
  expect(asked).toEqual([]);
  await user.click(screen.getByRole('button', {name: 'Stop it'}));
  await waitFor(() => expect(onChange).toHaveBeenCalledWith(canceled));
});

test('a failure shows what happened, what it means and what to do', () => {
  show(
    exampleJob({
      status: 'error',
      progress: null,
      finished_at: NOW,
      error: exampleError('DISK_FULL', 'Only 1 GB is free.'),
      steps: [
        {name: 'capture_database', outcome: 'failed', started_at: NOW, ms: 1},
        {name: 'seal', outcome: 'waiting', started_at: null, ms: null},
      ],
    }),
  );
  expect(screen.getByRole('heading', {name: 'The backup failed'})).toBeInTheDocument();
  expect(screen.getByRole('alert')).toHaveTextContent(/Only 1 GB is free.*What to do: Put it right.*DISK_FULL/);
  expect(screen.getByText('not reached')).toBeInTheDocument();
  expect(screen.queryByRole('progressbar')).toBeNull();
});

test('a result that is not a manifest breaks nothing', () => {
  show(exampleJob({status: 'success', progress: null, finished_at: NOW, result: {format: 7}}));
  expect(screen.getByRole('heading', {name: 'Backup done'})).toBeInTheDocument();
});

test('hostile words stay words', () => {
  const evil = '<img src=x onerror="window.evil=1"><b>{0}</b>';
  show(
    exampleJob({
      status: 'error',
      progress: null,
      reason: evil,
      error: exampleError(evil, evil),
      actor: {kind: 'cli', id: '', name: evil},
    }),
  );
  expect(document.querySelector('img, b img')).toBeNull();
  expect(screen.getAllByText((text) => text.includes('onerror=')).length).toBeGreaterThan(1);
});
