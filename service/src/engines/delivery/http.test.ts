import {createServer, type IncomingHttpHeaders, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {createWebhook, ping} from './http.ts';
import type {Message} from './port.ts';

type Got = {method: string | undefined; path: string | undefined; headers: IncomingHttpHeaders; body: string};

let server: Server;
let got: Got[];
let answer: number;
let url: string;

beforeEach(async () => {
  [got, answer] = [[], 200];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({method: request.method, path: request.url, headers: request.headers, body});
      response.writeHead(answer, {location: 'http://127.0.0.1:1/elsewhere'}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret-canary`;
});

afterEach(() => {
  server.close();
});

const MESSAGE: Message = {
  code: 'BACKUP_LATE',
  state: 'began',
  level: 'alarm',
  about: null,
  since: Date.UTC(2026, 10, 24),
  ended_at: null,
  message: 'The newest set is 30 h old – ünläut.',
  meaning: 'It is older than it may be.',
  remedy: 'drctl backup',
  site: 'https://chat.example.org',
};

test('as JSON it is the message itself', async () => {
  await createWebhook({name: 'hook', url, format: 'json'}).send(MESSAGE);
  expect(got).toMatchObject([{method: 'POST', path: '/hooks/secret-canary'}]);
  expect(JSON.parse(got[0]?.body ?? '')).toEqual(MESSAGE);
});

test('as Slack takes it, it is one text that says what happened, what it means and what to do', async () => {
  await createWebhook({name: 'hook', url, format: 'slack'}).send(MESSAGE);
  const {text} = JSON.parse(got[0]?.body ?? '') as {text: string};
  for (const part of ['BACKUP_LATE', MESSAGE.site, MESSAGE.message, MESSAGE.meaning, MESSAGE.remedy]) {
    expect(text).toContain(part);
  }
});

test('as ntfy takes it, the title is plain and an alarm rings loudest; its end does not', async () => {
  const hook = createWebhook({name: 'hook', url, format: 'ntfy'});
  await hook.send({...MESSAGE, about: 'nächtlich'});
  await hook.send({...MESSAGE, state: 'ended', ended_at: MESSAGE.since});
  expect(got.map(({headers}) => [headers['title'], headers['priority'], headers['tags']])).toEqual([
    ['Disaster Recovery: BACKUP_LATE (n?chtlich)', '5', 'warning'],
    ['Disaster Recovery: Over: BACKUP_LATE', '3', 'white_check_mark'],
  ]);
  expect(got[0]?.body).toContain('ünläut');
});

test.each([500, 404, 302])('an answer of %i is a failure that does not name the address', async (status) => {
  answer = status;
  const error = await createWebhook({name: 'hook', url, format: 'json'})
    .send(MESSAGE)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'NOTIFICATION_FAILED',
    message: `The message was not taken (it answered ${status}).`,
  });
  expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('canary');
});

test('nobody who listens is a failure too', async () => {
  server.close();
  await expect(ping(url)).rejects.toMatchObject({
    code: 'NOTIFICATION_FAILED',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a ping asks, and says nothing', async () => {
  await ping(url);
  expect(got).toMatchObject([{method: 'GET', body: ''}]);
});
