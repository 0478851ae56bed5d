import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {act, screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import type {SsoStatus} from '@disaster-recovery/contract';
import {createClient} from '../client.ts';
import {exampleError, exampleJob, MINUTE, NOW} from '../testing/examples.ts';
import {answerWith, renderPage} from '../testing/render_page.tsx';
import {
  exampleEntry,
  exampleForecast,
  exampleIncident,
  exampleLetIn,
  exampleList,
  examplePerson,
  examplePlan,
  exampleProvider,
  exampleReadiness,
  exampleSso,
  SILENT,
} from '../testing/sso_examples.ts';
import {SsoCard} from './sso_card.tsx';

let now = NOW;
beforeEach(() => {
  now = NOW;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => void jest.restoreAllMocks());

type Answers = Parameters<typeof answerWith>[0];

function answersFor(status: SsoStatus): Answers {
  return {
    'GET sso': {body: status},
    'GET sso/forecast': {body: exampleForecast()},
    'GET sso/readiness': {body: exampleReadiness()},
    'GET sso/return-list': {body: exampleList([exampleEntry('user.one')])},
  };
}

function show(status: SsoStatus, answers: Answers = {}) {
  const asked = answerWith({...answersFor(status), ...answers});
  const onStarted = jest.fn();
  const page = renderPage(
    <SsoCard
      client={createClient()}
      isUp={true}
      job={null}
      shown={null}
      now={NOW}
      clockSkew={0}
      onStarted={onStarted}
    />,
  );
  return {asked, onStarted, page, user: userEvent.setup()};
}

const open = (providers = [SILENT()]) => exampleSso({state: 'open', incident: exampleIncident()}, {providers});

test('on a quiet day: the state, what an outage would mean, and the readiness with its remedies', async () => {
  const {asked} = show(exampleSso());
  expect(await screen.findByText('No outage. 3 providers answer.')).toBeInTheDocument();
  expect(
    screen.getByText(
      'If single sign-on failed now, 12 people could not get in. It would be 52 within 8 h and 226 within 24 h, of 1,900.',
    ),
  ).toBeInTheDocument();
  await userEvent.setup().click(screen.getByText('Readiness 86 of 100.'));
  const remedies = screen.getAllByRole('listitem').map((item) => item.textContent);
  expect(remedies).toEqual([
    'not ready Nobody has a password.Run drctl sso admin-access.',
    'warning No mail server is configured.Configure one.',
  ]);
  expect(screen.queryByRole('table')).toBeNull();
  expect(asked.map(({path}) => path)).not.toContain('sso/return-list');
});

test('an older companion: no card and no failure', async () => {
  const {asked, page} = show(exampleSso(), {'GET sso': {status: 404, body: {error: exampleError('NOT_FOUND')}}});
  await waitFor(() => expect(asked).toHaveLength(1));
  await act(() => Promise.resolve());
  expect(page.container).toBeEmptyDOMElement();
});

test('a failure of the companion is shown by its name', async () => {
  show(exampleSso(), {
    'GET sso': {status: 502, body: {error: exampleError('DATABASE_UNREACHABLE', 'The database does not answer.')}},
  });
  expect(await screen.findByRole('alert')).toHaveTextContent(/The database does not answer.*DATABASE_UNREACHABLE/);
});

test('a suspected outage is declared with a reason', async () => {
  const {asked, user} = show(exampleSso({state: 'suspected'}, {providers: [SILENT()]}), {
    'POST sso/incidents': {status: 201, body: exampleIncident()},
  });
  expect(
    await screen.findByText('GitLab has not answered for 4 min. 12 people are locked out, 40 more within 8 h.'),
  ).toBeInTheDocument();
  await user.click(screen.getByRole('button', {name: 'Declare an outage…'}));
  expect(screen.getByLabelText('What happened?')).toHaveFocus();
  await user.type(screen.getByLabelText('What happened?'), 'no{Enter}');
  expect(screen.getByText('Between 3 and 500 characters.')).toBeInTheDocument();
  await user.type(screen.getByLabelText('What happened?'), 'thing works');
  await user.click(screen.getByRole('button', {name: 'Declare the outage'}));
  await waitFor(() => expect(screen.getByRole('heading', {name: 'Single sign-on'})).toHaveFocus());
  expect(asked.find(({path}) => path === 'sso/incidents')?.body).toEqual({reason: 'nothing works', tell: true});
});

test('before it is declared: what people will read, and whom it would not reach', async () => {
  const declaration = {
    text: 'Ask for a code, then choose a password on [this page](https://chat.example.org/claim).',
    warnings: ['No support contact of your own is set.', 'The announcement banner needs a licence.'],
  };
  const {user} = show(exampleSso({state: 'suspected', declaration}, {providers: [SILENT()]}));
  await user.click(await screen.findByRole('button', {name: 'Declare an outage…'}));
  expect(screen.getByText(/then choose a password on this page \(https:/)).toBeInTheDocument();
  for (const warning of declaration.warnings) {
    expect(screen.getByText(warning)).toBeInTheDocument();
  }
  await user.click(screen.getByRole('checkbox', {name: /Say it on the sign-in page/}));
  expect(screen.queryByText(/No support contact/)).toBeNull();
});

test('a setting that was written over is shown with what is in force', async () => {
  const settings = [
    {
      key: 'EmailSettings.EnableSignInWithEmail',
      from: false,
      to: true,
      state: 'changed_by_others' as const,
      live: false,
    },
  ];
  const {user} = show(open(), {'GET sso/return-list': {body: exampleList([exampleEntry('user.one')], {settings})}});
  await user.click(await screen.findByRole('button', {name: /One setting is/}));
  expect(screen.getByText(/was changed by somebody else meanwhile and is false now/)).toBeInTheDocument();
});

test('who cannot see the bars reads the same numbers in a table', async () => {
  show(exampleSso({state: 'suspected'}, {providers: [SILENT()]}));
  const table = await screen.findByRole('table', {name: 'People locked out while the provider is down'});
  expect(
    within(table)
      .getAllByRole('row')
      .map((row) => row.textContent),
  ).toEqual(['Withinif nothing is doneif sessions are extended now', '1 h1712', '8 h5214', '24 h22621']);
});

test('letting in: who and how known, then the code, its page and its time', async () => {
  const {asked, user} = show(open(), {
    'POST sso/let-ins': {status: 201, body: exampleLetIn({mailed: false, warnings: ['The clock is off.']})},
  });
  await user.click(await screen.findByRole('button', {name: 'Let someone in…'}));
  await user.click(screen.getByRole('button', {name: 'Make a code'}));
  expect(screen.getByText('Enter who it is.')).toBeInTheDocument();
  await user.type(screen.getByLabelText('Person'), ' @user.five');
  await user.type(screen.getByLabelText('How do you know it is them?'), 'seen on video');
  await user.click(screen.getByLabelText('Send the code by mail as well'));
  await user.click(screen.getByRole('button', {name: 'Make a code'}));
  expect(await screen.findByRole('heading', {name: 'Code for @user.five'})).toHaveFocus();
  expect(asked.find(({path}) => path === 'sso/let-ins')?.body).toEqual({
    user: 'user.five',
    identified_by: 'seen on video',
    mail: true,
  });
  expect(screen.getByText('4ABC').parentElement).toHaveTextContent('7K2M9QXD4ABC');
  expect(screen.getByText('https://chat.example.org/plugins/disaster-recovery/claim')).toBeInTheDocument();
  expect(screen.getByText('It could not be sent by mail. Read it out.')).toBeInTheDocument();
  expect(screen.getByText('The clock is off.')).toBeInTheDocument();
  expect(screen.getByRole('timer')).toHaveTextContent('Works once, for 15 min more.');
  now = NOW + 15 * MINUTE;
  await waitFor(() => expect(screen.getByRole('timer')).toHaveTextContent('This code has expired. Make a new one.'));
  await user.click(screen.getByRole('button', {name: 'Done, forget the code'}));
  expect(screen.queryByText('4ABC')).toBeNull();
});

test('the person is picked from who the companion finds, with how they sign in', async () => {
  const people = [
    {id: '1', username: 'user.five', email: 'five@example.org', service: 'gitlab', is_administrator: false},
    {id: '2', username: 'user.fifty', email: 'fifty@example.org', service: '', is_administrator: true},
  ];
  const {asked, user} = show(open(), {'GET sso/people?q=user.fi': {body: {people}}});
  await user.click(await screen.findByRole('button', {name: 'Let someone in…'}));
  await user.type(screen.getByRole('combobox', {name: 'Person'}), 'user.fi');
  expect((await screen.findAllByRole('option')).map(({textContent}) => textContent)).toEqual([
    '@user.five five@example.org · GitLab',
    '@user.fifty fifty@example.org · email and password · administrator',
  ]);
  expect(asked.map(({path}) => path)).not.toContain('/api/v4/users/search');
});

test('with a companion that does not search, the person is picked from the accounts of the host, by keyboard', async () => {
  const people = [
    {id: '1', username: 'user.five', email: 'five@example.org', first_name: 'Uma', last_name: 'Five'},
    {id: '2', username: 'user.fifty', email: 'fifty@example.org', first_name: '', last_name: ''},
  ];
  const {asked, user} = show(open());
  const ask = globalThis.fetch;
  globalThis.fetch = ((url: string, options: RequestInit) =>
    String(url) === '/api/v4/users/search'
      ? Promise.resolve({status: 200, text: () => Promise.resolve(JSON.stringify(people))})
      : ask(url, options)) as never;
  await user.click(await screen.findByRole('button', {name: 'Let someone in…'}));
  const field = screen.getByRole('combobox', {name: 'Person'});
  await user.type(field, 'user.fi');
  expect((await screen.findAllByRole('option')).map(({textContent}) => textContent)).toEqual([
    '@user.five Uma Five · five@example.org',
    '@user.fifty fifty@example.org',
  ]);
  await user.keyboard('{ArrowDown}{ArrowDown}');
  expect(screen.getAllByRole('option')[1]).toHaveAttribute('aria-selected', 'true');
  await user.keyboard('{Enter}');
  expect(field).toHaveValue('user.fifty');
  expect(screen.queryByRole('option')).toBeNull();
  expect(asked.map(({path}) => path)).not.toContain('sso/let-ins');
});

test('who is locked out is told by name, and let in from there', async () => {
  const next = [
    {id: '1', username: 'user.five', email: 'five@example.org', ends_at: null},
    {id: '2', username: 'user.six', email: 'six@example.org', ends_at: NOW + MINUTE},
  ];
  const {user} = show(open(), {'GET sso/forecast': {body: exampleForecast({next, locked_out_now: 3})}});
  await user.click(await screen.findByRole('button', {name: 'Who is locked out: 3 people'}));
  const people = within(screen.getByRole('list', {name: 'People locked out now and next'})).getAllByRole('listitem');
  expect(people.map((item) => item.textContent)).toEqual([
    '@user.five five@example.org locked out nowLet in…',
    '@user.six six@example.org session ends 12:01Let in…',
  ]);
  expect(screen.getByText(/2 more people are locked out/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', {name: 'Let in… @user.five'}));
  expect(screen.getByRole('combobox', {name: 'Person'})).toHaveValue('user.five');
});

test('with a companion that tells everybody, administrators come first and the count is its own', async () => {
  const told = {
    count: 60,
    people: [
      {id: '9', username: 'second.admin', email: 'a@example.org', is_administrator: true},
      {id: '1', username: 'user.five', email: 'five@example.org', is_administrator: false},
    ],
  };
  const {user} = show(open(), {'GET sso/locked-out': {body: told}});
  await user.click(await screen.findByRole('button', {name: 'Who is locked out: 60 people'}));
  expect(screen.getAllByRole('listitem')[0]).toHaveTextContent(
    /^@second\.admin a@example\.org administratorlocked out now/,
  );
});

test('settings that somebody wrote over are named, and set again by one click', async () => {
  const drift = {
    of: 6,
    settings: [{key: 'EmailSettings.EnableSignInWithEmail', wanted: true, live: false}],
    by: 'second.admin',
    at: NOW,
    message: '1 of 6 settings of the incident was changed by @second.admin at 19:10.',
  };
  const {asked, user} = show(
    {...open(), drift},
    {'POST sso/settings/set-again': {body: {set: [drift.settings[0]!.key], left: [], settings: []}}},
  );
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /changed by @second\.admin.*EnableSignInWithEmail is false now; the outage needs true/,
  );
  await user.click(screen.getByRole('button', {name: 'Set them again'}));
  await waitFor(() => expect(asked.map(({path}) => path)).toContain('sso/settings/set-again'));
});

test('a companion that tells for whom it waits is taken at its word', async () => {
  const waiting = {
    person: examplePerson('anna'),
    until: NOW + 7.4 * MINUTE,
    message: 'Waiting for @anna to sign in through GitLab',
  };
  show(
    {...open([exampleProvider()]), state: 'switching_back', waiting},
    {'GET sso/return-list': {body: exampleList()}},
  );
  expect(await screen.findByText('Waiting for @anna to sign in through GitLab, 8 min left.')).toBeInTheDocument();
  expect(screen.getByText(/^Ask @anna to do so now\. The others are switched back/)).toBeInTheDocument();
  expect(screen.queryByText(/Everyone is back/)).toBeNull();
  expect(screen.getByRole('button', {name: 'Close the incident…'})).toBeDisabled();
});

test('with the companion down the card stays, and names what works without it', async () => {
  const asked = answerWith({});
  renderPage(
    <SsoCard
      client={createClient()}
      isUp={false}
      job={null}
      shown={null}
      now={NOW}
      clockSkew={0}
      onStarted={jest.fn()}
    />,
  );
  expect(screen.getByRole('heading', {name: 'Single sign-on'})).toBeInTheDocument();
  expect(screen.getByText('drctl sso status')).toBeInTheDocument();
  expect(asked).toEqual([]);
});

test('a refused let-in says why, and keeps what was typed', async () => {
  const {user} = show(open(), {
    'POST sso/let-ins': {status: 409, body: {error: exampleError('ACCOUNT_EXCLUDED', '@bot is a bot.')}},
  });
  await user.click(await screen.findByRole('button', {name: 'Let someone in…'}));
  await user.type(screen.getByLabelText('Person'), 'bot');
  await user.type(screen.getByLabelText('How do you know it is them?'), 'it said so{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent(/@bot is a bot\..*Put it right\..*ACCOUNT_EXCLUDED/);
  expect(screen.getByLabelText('Person')).toHaveValue('bot');
});

test('the return list shows both sides of a conflict and what can be done', async () => {
  const conflict = {
    kind: 'duplicate_born' as const,
    message: 'A second account was made.',
    choices: ['drctl sso resolve user.four --restore', 'drctl sso resolve user.four --leave'],
  };
  const entries = [
    exampleEntry('user.four', {state: 'conflict', conflict, live: {service: 'saml', data: 'four@corp'}}),
    exampleEntry('gone', {live: null}),
    exampleEntry('user.one'),
  ];
  show(open(), {'GET sso/return-list': {body: exampleList(entries, {overdue: true, sessions: 7})}});
  const table = await screen.findByRole('table', {name: 'Return list: 3 people'});
  const rows = within(table)
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent);
  expect(rows[0]).toMatch(
    /@user\.four.*conflict.*A second account was made\..*resolve user\.four --restore.*--leave.*GitLab1001SAMLfour@corp/,
  );
  expect(rows[1]).toMatch(/GitLab1001The account is gone\./);
  expect(rows[2]).toMatch(/switched, not claimedGitLab1001email and password/);
  expect(screen.getByText(/Everyone should have been back by/)).toBeInTheDocument();
  expect(screen.getByText('7 sessions are longer than before.')).toBeInTheDocument();
});

test('settings and sessions that are still changed are no reason to keep the incident open: closing puts them back', async () => {
  const settings = [{key: 'TeamSettings.EnableUserCreation', from: true, to: false, state: 'changed' as const}];
  show(open([exampleProvider()]), {'GET sso/return-list': {body: exampleList([], {settings, sessions: 3})}});
  expect(
    await screen.findByText('Nobody has to be switched back. What is below is put back when the incident is closed.'),
  ).toBeInTheDocument();
  expect(screen.getByText('3 sessions are longer than before.')).toBeInTheDocument();
  expect(screen.getByText('One setting is changed for the incident.')).toBeInTheDocument();
  expect(screen.getByRole('button', {name: 'Close the incident…'})).toBeEnabled();
});

test('the incident cannot be closed before the return list is empty, and the button says so', async () => {
  show(open());
  const close = await screen.findByRole('button', {name: 'Close the incident…'});
  expect(close).toBeDisabled();
  await waitFor(() =>
    expect(close).toHaveAccessibleDescription('It can be closed when nobody is on the return list anymore.'),
  );
});

test('everyone is back: the incident is closed after a question', async () => {
  const {asked, user} = show(open([exampleProvider()]), {
    'GET sso/return-list': {body: exampleList()},
    'POST sso/incidents/current/close': {body: exampleIncident({state: 'closed'})},
  });
  expect(await screen.findByText('Nobody has to be switched back.')).toBeInTheDocument();
  await user.click(screen.getByRole('button', {name: 'Close the incident…'}));
  await user.click(within(screen.getByRole('alertdialog')).getByRole('button', {name: 'Close the incident'}));
  await waitFor(() => expect(asked.some(({path}) => path === 'sso/incidents/current/close')).toBe(true));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
});

test('sessions are extended by a job that the page follows', async () => {
  const job = exampleJob({kind: 'sso_extend'});
  const {asked, onStarted, user} = show(open(), {'POST sso/session-extensions': {status: 202, body: job}});
  await user.click(await screen.findByRole('button', {name: 'Extend sessions…'}));
  await user.click(screen.getByRole('button', {name: 'Extend sessions'}));
  await waitFor(() => expect(onStarted).toHaveBeenCalledWith(job));
  expect(asked.find(({path}) => path === 'sso/session-extensions')?.body).toEqual({});
});

test('switching back shows its plan first; a shut gate is passed only by saying so', async () => {
  const plan = examplePlan({
    gates: [{name: 'provider', passed: false, message: 'GitLab has answered for 1 minute; 5 are asked for.'}],
  });
  const {asked, onStarted, user} = show(open([exampleProvider()]), {
    'POST sso/switch-back-plans': {body: plan},
    'POST sso/switch-backs': {status: 202, body: exampleJob({kind: 'sso_switch_back'})},
  });
  await user.click(await screen.findByRole('button', {name: 'Switch back…'}));
  const dialog = await screen.findByRole('alertdialog');
  expect(dialog).toHaveTextContent(
    /3 people have to be switched back\..*@user\.one goes first.*the first person and 2 people\..*not ready GitLab has answered for 1 minute/,
  );
  const confirm = within(dialog).getByRole('button', {name: 'Switch back'});
  expect(confirm).toBeDisabled();
  await user.click(within(dialog).getByRole('checkbox', {name: 'Go on without the provider check. This is recorded.'}));
  await user.click(confirm);
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(asked.find(({path}) => path === 'sso/switch-backs')?.body).toEqual({without_provider_check: true});
});

test.each([
  ['tells whom, the job is taken at its word', true, 'Waiting for @anna to sign in through GitLab, 8 min left.'],
  ['does not tell yet, nothing is guessed', false, 'People are being switched back.'],
])('while the way back waits and %s', async (_name, isTold, words) => {
  const waiting = {
    person: examplePerson('anna'),
    until: NOW + 8 * MINUTE,
    message: 'Waiting for @anna to sign in through GitLab',
  };
  const job = exampleJob({
    kind: 'sso_switch_back',
    steps: [
      {name: 'canary', outcome: 'done', started_at: NOW, ms: 80},
      {name: 'await_login', outcome: 'running', started_at: NOW, ms: null},
    ],
    progress: {...exampleJob().progress!, phase: 'await_login', ...(isTold && {waiting})},
  });
  answerWith(answersFor(open([exampleProvider()])));
  renderPage(
    <SsoCard
      client={createClient()}
      isUp={true}
      job={job}
      shown={null}
      now={NOW}
      clockSkew={0}
      onStarted={jest.fn()}
    />,
  );
  expect(await screen.findByText(words)).toBeVisible();
  const close = await screen.findByRole('button', {name: 'Close the incident…'});
  expect(close).toBeDisabled();
  expect(close).not.toHaveClass('dr-button-primary');
  expect(screen.queryByText(/Everyone is back/)).toBeNull();
});

test('a gate that opens while somebody waits before it is seen, and then nothing is overridden', async () => {
  const gate = {name: 'provider', passed: false, message: 'GitLab has answered for 1 minute; 5 are asked for.'};
  let looks = 0;
  const {asked, onStarted, user} = show(open([exampleProvider()]), {
    'POST sso/switch-back-plans': () => {
      looks += 1;
      return {body: examplePlan({gates: [{...gate, passed: looks > 1}]})};
    },
    'POST sso/switch-backs': {status: 202, body: exampleJob({kind: 'sso_switch_back'})},
  });
  await user.click(await screen.findByRole('button', {name: 'Switch back…'}));
  const confirm = within(await screen.findByRole('alertdialog')).getByRole('button', {name: 'Switch back'});
  await waitFor(() => expect(confirm).toBeEnabled());
  await user.click(confirm);
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(asked.find(({path}) => path === 'sso/switch-backs')?.body).toEqual({});
});

test('a look that was under way when the plan was closed opens it no more', async () => {
  const gates = [{name: 'provider', passed: false, message: 'GitLab has answered for 1 minute; 5 are asked for.'}];
  const {user} = show(open([exampleProvider()]), {'POST sso/switch-back-plans': {body: examplePlan({gates})}});
  await user.click(await screen.findByRole('button', {name: 'Switch back…'}));
  await screen.findByRole('alertdialog');
  const answered = globalThis.fetch;
  let answer: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  globalThis.fetch = (async (...asked: Parameters<typeof fetch>) => {
    await late;
    return answered(...asked);
  }) as never;
  // The next look begins, and is still under way when somebody leaves.
  await new Promise((resolve) => setTimeout(resolve, 3200));
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  answer();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('with all gates open nothing is overridden', async () => {
  const {asked, user, onStarted} = show(open([exampleProvider()]), {
    'POST sso/switch-back-plans': {body: examplePlan()},
    'POST sso/switch-backs': {status: 202, body: exampleJob({kind: 'sso_switch_back'})},
  });
  await user.click(await screen.findByRole('button', {name: 'Switch back…'}));
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', {name: 'Switch back'}));
  await waitFor(() => expect(onStarted).toHaveBeenCalled());
  expect(screen.queryByRole('checkbox')).toBeNull();
  expect(asked.find(({path}) => path === 'sso/switch-backs')?.body).toEqual({});
});

test('what waits for a second administrator is approved by a button', async () => {
  const approval = {
    id: 'ap-1',
    verb: 'switch' as const,
    says: 'switch 12 of 12 people to email and password',
    asked_by: {kind: 'mattermost' as const, id: 'u', name: 'first.admin'},
    asked_at: NOW,
    expires_at: NOW + 10 * MINUTE,
    approved_by: null,
  };
  const {asked, user} = show({...open(), approvals: [approval]}, {'POST approvals/ap-1': {body: approval}});
  expect(
    await screen.findByText(/@first\.admin asks to switch 12 of 12 people to email and password\. Another/),
  ).toBeInTheDocument();
  await user.click(screen.getByRole('button', {name: 'Approve'}));
  await waitFor(() => expect(asked.map(({path}) => path)).toContain('approvals/ap-1'));
});
