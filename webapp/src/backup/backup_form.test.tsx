import {expect, jest, test} from '@jest/globals';
import {screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {createClient} from '../client.ts';
import {exampleError, exampleJob} from '../testing/examples.ts';
import {answerWith, renderPage} from '../testing/render_page.tsx';
import {BackupForm} from './backup_form.tsx';

function show() {
  const onStarted = jest.fn();
  renderPage(<BackupForm client={createClient()} onStarted={onStarted} />);
  return {onStarted, user: userEvent.setup()};
}

test('everything without a reason is an empty request', async () => {
  const asked = answerWith({'POST backups': {status: 202, body: exampleJob()}});
  const {user, onStarted} = show();
  await user.click(screen.getByRole('button', {name: 'Start the backup'}));
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(asked[0]?.body).toEqual({});
});

test('a partial backup is named as such before it starts', async () => {
  const asked = answerWith({'POST backups': {status: 202, body: exampleJob()}});
  const {user, onStarted} = show();
  await user.type(screen.getByLabelText('Reason (optional)'), ' before the upgrade ');
  await user.click(screen.getByLabelText('Files'));
  expect(screen.getByText(/This set will be partial: it cannot bring back Files/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', {name: 'Start the backup'}));
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(asked[0]?.body).toEqual({scope: ['database', 'config'], reason: 'before the upgrade'});
});

test('no parts, no backup', async () => {
  const {user} = show();
  for (const part of ['Database', 'Configuration', 'Files']) {
    await user.click(screen.getByLabelText(part));
  }
  expect(screen.getByRole('button', {name: 'Start the backup'})).toBeDisabled();
});

test('a refusal is shown', async () => {
  answerWith({
    'POST backups': {status: 409, body: {error: exampleError('JOB_ALREADY_RUNNING', 'Another job holds the lease.')}},
  });
  const {user, onStarted} = show();
  await user.click(screen.getByRole('button', {name: 'Start the backup'}));
  expect(await screen.findByRole('alert')).toHaveTextContent('Another job holds the lease.');
  expect(onStarted).not.toHaveBeenCalled();
});
