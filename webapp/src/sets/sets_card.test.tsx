import {expect, jest, test} from '@jest/globals';
import {screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, {useState} from 'react';
import type {ListedJob, RepositoryFinding, SetSummary} from '@disaster-recovery/contract';
import {createClient} from '../client.ts';
import {exampleJob, exampleSet, NOW} from '../testing/examples.ts';
import {answerWith, renderPage} from '../testing/render_page.tsx';
import {SetsCard} from './sets_card.tsx';

function show(sets: SetSummary[], jobs: ListedJob[] = [], setsFindings: RepositoryFinding[] = []) {
  const onStarted = jest.fn();
  function Shown() {
    const [openId, setOpenId] = useState<string | null>(null);
    return (
      <SetsCard
        facts={{sets, setsFailure: null, setsFindings, jobs}}
        client={createClient()}
        isJobRunning={false}
        now={NOW}
        openId={openId}
        onOpen={setOpenId}
        job={null}
        shown={null}
        isRepositoryFailed={false}
        onStarted={onStarted}
      />
    );
  }
  renderPage(<Shown />);
  return {onStarted, user: userEvent.setup()};
}

test('a partial set never looks whole', () => {
  show([
    exampleSet({
      scope: ['database', 'config'],
      cross_check: 'not_possible',
      standing: {kind: 'partial', missing: ['files'], incomplete: [], elsewhere: []},
    }),
  ]);
  const row = screen.getAllByRole('row')[1]!;
  expect(row).toHaveTextContent(/Database and Configuration partial/);
  expect(within(row).getByText('not checked')).toBeInTheDocument();
});

test('what keeps a set from being taken as it stands is said above the list, in the words of the companion', () => {
  const message = 'Set 20261129T110000Z-cccccc was written by a newer version of drctl.';
  show(
    [exampleSet()],
    [],
    [{code: 'SET_NEWER', repository: 'main', set: null, message, remedy: 'Run `drctl list --from offsite`.'}],
  );
  expect(screen.getByRole('listitem')).toHaveTextContent(`Warning ${message} Run drctl list --from offsite.`);
});

test('the newest verification of a set is its badge', () => {
  const result = {set: exampleSet().id, level: 'L2' as const, passed: true, checked_at: NOW - 3_600_000};
  show(
    [exampleSet()],
    [
      {...exampleJob({kind: 'verify', status: 'success'}), verified: result},
      {...exampleJob({kind: 'verify', status: 'error'}), verified: null},
    ],
  );
  expect(screen.getByText('L2 1 h ago')).toBeInTheDocument();
});

test('details tell how to restore and start a verification', async () => {
  const asked = answerWith({'POST verifications': {status: 202, body: exampleJob({kind: 'verify'})}});
  const {user, onStarted} = show([exampleSet()]);
  await user.click(screen.getByRole('button', {name: /^Details of the set of/}));
  expect(screen.getAllByText('--dry-run')[0]?.closest('code')).toHaveTextContent(
    `drctl restore ${exampleSet().id} --dry-run`,
  );
  await user.selectOptions(screen.getByLabelText('How thoroughly'), 'L0');
  await user.click(screen.getByRole('button', {name: 'Verify'}));
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(asked[0]?.body).toEqual({set: exampleSet().id, level: 'L0'});
});

test('the button of opened details says in its name what it does', async () => {
  const {user} = show([exampleSet()]);
  await user.click(screen.getByRole('button', {name: /^Details of the set of/}));
  await user.click(screen.getByRole('button', {name: /^Close the details of the set of/}));
  expect(screen.queryByText(/--dry-run/)).toBeNull();
});

test('what is not shown is counted', () => {
  show(Array.from({length: 23}, (_, index) => exampleSet({id: `set-${index}`})));
  expect(screen.getByText('3 older sets are not shown; drctl list shows them all.')).toBeInTheDocument();
});
