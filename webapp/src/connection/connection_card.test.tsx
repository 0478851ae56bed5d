import {expect, jest, test} from '@jest/globals';
import {screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, {useState} from 'react';
import {createClient, type Connection} from '../client.ts';
import {exampleConnection, exampleError} from '../testing/examples.ts';
import {answerWith, renderPage} from '../testing/render_page.tsx';
import {ConnectionCard} from './connection_card.tsx';

function Shown({connection, onChanged}: {connection: Connection; onChanged(): void}) {
  const [isEnrolling, setEnrolling] = useState(false);
  return (
    <ConnectionCard
      connection={connection}
      client={createClient()}
      isEnrolling={isEnrolling}
      onEnrolling={setEnrolling}
      onChanged={onChanged}
    />
  );
}

function show(connection: Connection) {
  const onChanged = jest.fn();
  renderPage(<Shown connection={connection} onChanged={onChanged} />);
  return {onChanged, user: userEvent.setup()};
}

const CODE = '7K2M-9QXD-4ABC-W0ZT';

test('revoking asks first, starts on the harmless answer, and gives the focus back', async () => {
  const asked = answerWith({});
  const {user} = show(exampleConnection());
  const revoke = screen.getByRole('button', {name: 'Revoke…'});
  await user.click(revoke);
  const dialog = screen.getByRole('alertdialog', {name: 'Revoke the enrollment?'});
  expect(dialog).toHaveTextContent('http://127.0.0.1:8066');
  expect(within(dialog).getByRole('button', {name: 'Go back'})).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(revoke).toHaveFocus();
  expect(asked).toEqual([]);
});

test('revoking is sent once confirmed', async () => {
  const asked = answerWith({
    'DELETE enrol': {body: {enrolled: false, companion_told: false, last_error: 'connection refused'}},
  });
  const {user, onChanged} = show(exampleConnection());
  await user.click(screen.getByRole('button', {name: 'Revoke…'}));
  await user.click(screen.getByRole('button', {name: 'Revoke the enrollment'}));
  await waitFor(() => expect(onChanged).toHaveBeenCalledTimes(1));
  expect(asked.map(({method, path}) => `${method} ${path}`)).toEqual(['DELETE enrol']);
  expect(screen.getByText(/the companion could not be told: connection refused/)).toBeInTheDocument();
});

test('a form with mistakes is not sent and says each of them', async () => {
  const asked = answerWith({});
  const {user} = show(exampleConnection({enrolled: false, companion_url: ''}));
  await user.type(screen.getByLabelText('Address of the companion'), 'https://dr.example.org:8066');
  await user.click(screen.getByRole('button', {name: 'Enroll'}));
  expect(screen.getByLabelText('One-time code')).toHaveAccessibleDescription(
    'Enter the code that drctl enroll printed.',
  );
  expect(screen.getByLabelText('TLS pin')).toBeInvalid();
  expect(asked).toEqual([]);
});

test('Enter enrolls, without submitting the form of the System Console', async () => {
  const asked = answerWith({'POST enrol': {status: 201, body: {...exampleConnection(), note: null}}});
  const {user, onChanged} = show(exampleConnection({enrolled: false}));
  await user.type(screen.getByLabelText('One-time code'), `${CODE}{Enter}`);
  await waitFor(() => expect(onChanged).toHaveBeenCalled());
  expect(asked[0]?.body).toEqual({url: 'http://127.0.0.1:8066', code: CODE});
  expect(asked[0]?.headers['X-Requested-With']).toBe('XMLHttpRequest');
});

test('a refused code is shown with its meaning and remedy, and the fields keep what was typed', async () => {
  answerWith({
    'POST enrol': {status: 401, body: {error: exampleError('ENROLMENT_CODE_WRONG', 'No code that is alive fits.')}},
  });
  const {user, onChanged} = show(exampleConnection({enrolled: false}));
  await user.type(screen.getByLabelText('One-time code'), `${CODE}{Enter}`);
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /No code that is alive fits.*not as it should be.*Put it right.*ENROLMENT_CODE_WRONG/,
  );
  expect(screen.getByLabelText('One-time code')).toHaveValue(CODE);
  expect(onChanged).not.toHaveBeenCalled();
});

test('enrolling again asks before the present enrollment is replaced', async () => {
  const asked = answerWith({'POST enrol': {status: 201, body: exampleConnection()}});
  const {user} = show(exampleConnection());
  await user.click(screen.getByRole('button', {name: 'Enroll again…'}));
  await user.type(screen.getByLabelText('One-time code'), `${CODE}{Enter}`);
  expect(asked).toEqual([]);
  await user.click(screen.getByRole('button', {name: 'Replace it'}));
  await waitFor(() => expect(asked).toHaveLength(1));
});
