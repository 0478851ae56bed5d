import {mkdtempSync, writeFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {SMTPServer} from 'smtp-server';
import {createMailWay, type MailSettings} from './mail.ts';
import type {Message} from './port.ts';

let server: SMTPServer;
let port: number;
let mails: {to: string[]; text: string}[];
let signedIn: string[];
let refuse: boolean;

const passwordFile = join(mkdtempSync(join(tmpdir(), 'mail-')), 'password');
writeFileSync(passwordFile, 'hunter2-canary\n', {mode: 0o600});

const MESSAGE: Message = {
  code: 'COPY_LATE',
  state: 'began',
  level: 'alarm',
  about: 'offsite',
  since: Date.UTC(2026, 10, 24),
  ended_at: null,
  message: 'It is 3 days old.\r\nBcc: eve@example.org',
  meaning: 'It is older than it may be.',
  remedy: 'drctl copy latest --to offsite',
  site: null,
};

beforeEach(async () => {
  [mails, signedIn, refuse] = [[], [], false];
  server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth: ({username, password}, _session, done) => {
      signedIn.push(`${username}:${password}`);
      done(password === 'hunter2-canary' ? null : new Error('no'), {user: username});
    },
    onRcptTo: (_address, _session, done) => {
      done(refuse ? Object.assign(new Error('no such mailbox hunter2'), {responseCode: 550}) : null);
    },
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (piece: Buffer) => (text += piece.toString()));
      stream.on('end', () => {
        mails.push({to: session.envelope.rcptTo.map(({address}) => address), text});
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.server.address() as AddressInfo).port;
});

afterEach(async () => {
  await new Promise<void>((resolve) => server.close(resolve));
});

const way = (changes: Partial<MailSettings> = {}) =>
  createMailWay({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: null,
    passwordFile: null,
    from: 'dr@example.org',
    to: ['ops@example.org', 'anna@example.org'],
    ...changes,
  });

test('one mail goes to all, and says in its subject what it is about', async () => {
  await way().send(MESSAGE);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.to).toEqual(['ops@example.org', 'anna@example.org']);
  expect(mails[0]?.text).toContain('Subject: Disaster Recovery: COPY_LATE (offsite)');
  expect(mails[0]?.text).toContain('What to do: drctl copy latest --to offsite');
  expect(mails[0]?.text.split('\r\n\r\n')[0]).not.toContain('Bcc');
});

test('it signs in with the password of the file', async () => {
  await way({user: 'dr', passwordFile}).send(MESSAGE);
  expect(signedIn).toEqual(['dr:hunter2-canary']);
});

test('where encryption is wanted and not offered, nothing is said, least of all a password', async () => {
  await expect(way({security: 'starttls', user: 'dr', passwordFile}).send(MESSAGE)).rejects.toMatchObject({
    code: 'NOTIFICATION_FAILED',
  });
  expect([signedIn, mails]).toEqual([[], []]);
});

test.each<[string, Partial<MailSettings>, string]>([
  ['that refuses the receiver', {}, 'it answered 550'],
  ['that nobody runs', {port: 1}, 'ECONNREFUSED'],
  ['whose password is not there', {user: 'dr', passwordFile: '/nonexistent'}, 'ENOENT'],
])('a server %s is a failure that holds no secret', async (_name, changes, says) => {
  refuse = true;
  const error = await way(changes)
    .send(MESSAGE)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({code: 'NOTIFICATION_FAILED', message: expect.stringContaining(says)});
  expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('hunter2');
});
