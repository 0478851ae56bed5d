import net, {type AddressInfo} from 'node:net';
import {afterEach, expect, test} from '@jest/globals';
import {createLdapProbe, type LdapTarget} from './probe_ldap.ts';

const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  for (const server of servers.splice(0)) {
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(onSocket: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const [BIND, SEARCH, EXTENDED, UNBIND] = [0x60, 0x63, 0x77, 0x42];
const ANSWER: Record<number, number> = {[BIND!]: 0x61, [SEARCH!]: 0x65, [EXTENDED!]: 0x78};

/** LDAPMessage with a result of short length: every message here is shorter than 128 bytes and its id below 128. */
const message = (id: number, operation: number, code: number): Buffer =>
  Buffer.from([0x30, 12, 0x02, 1, id, operation, 7, 0x0a, 1, code, 0x04, 0, 0x04, 0]);

/** A directory of a few lines: answers each kind of request with a result code, and notes what it was asked. */
function aDirectory(codes: {bind?: number; search?: number}, seen: number[] = []): Promise<number> {
  return listen((socket) =>
    socket.on('data', (data: Buffer) => {
      const [id, operation] = [data[4]!, data[5]!];
      seen.push(operation);
      const code = operation === BIND ? codes.bind : codes.search;
      if (operation !== UNBIND) {
        socket.write(message(id, ANSWER[operation]!, code ?? 0));
      }
    }),
  );
}

let time = 1_000_000;
const clock = {now: () => time, sleep: async () => undefined};
const ldapAt = (port: number, changes: Partial<LdapTarget> = {}): LdapTarget => ({
  kind: 'ldap',
  provider: 'ldap',
  probe: `ldap:127.0.0.1:${port}`,
  url: `ldap://127.0.0.1:${port}`,
  start_tls: false,
  bind_dn: 'cn=mm,dc=corp',
  bind_password: 'bind-pw',
  base_dn: 'dc=corp',
  ...changes,
});
const ask = (port: number, changes: Partial<LdapTarget> = {}, timeoutMs = 2000) =>
  createLdapProbe(clock)(ldapAt(port, changes), {slowMs: 1500, timeoutMs});

test.each<[string, {bind?: number; search?: number}, string, string]>([
  ['a directory that lets the bind account read its base is up', {}, 'ok', 'shows its base entry'],
  [
    'a refused bind password is a wrong setting and never an outage',
    {bind: 49},
    'misconfigured',
    'refuses the bind account',
  ],
  ['a busy directory is an outage', {bind: 51}, 'server_error', 'busy'],
  ['an unavailable directory is an outage', {search: 52}, 'server_error', 'not available'],
  ['a base that is not there is a wrong setting', {search: 32}, 'misconfigured', 'base DN'],
  ['a directory that wants TLS first is a wrong setting', {bind: 13}, 'misconfigured', 'TLS'],
  ['any other result proves nothing', {search: 1}, 'inconclusive', 'result 1'],
])('%s', async (_name, codes, outcome, message) => {
  const result = await ask(await aDirectory(codes));
  expect(result).toMatchObject({provider: 'ldap', outcome, message: expect.stringContaining(message)});
  expect(JSON.stringify(result)).not.toMatch(/bind-pw|cn=mm/);
});

test('a refused connection is unreachable', async () => {
  expect(await ask(1)).toMatchObject({
    outcome: 'unreachable',
    message: '127.0.0.1:1 refused the connection or broke it off.',
  });
});

test.each<[string, Partial<LdapTarget>]>([
  ['plain', {}],
  ['StartTLS', {start_tls: true}],
])('a directory that stays silent is unreachable in time (%s)', async (_name, changes) => {
  const result = await ask(
    await listen((socket) => {
      socket.resume();
    }),
    changes,
    200,
  );
  expect(result).toMatchObject({outcome: 'unreachable', message: expect.stringContaining('did not answer in time')});
  expect(result.ms).toBeLessThan(1500);
});

test('a TLS handshake that never comes is unreachable in time', async () => {
  const port = await listen((socket) => {
    socket.resume();
  });
  expect(await ask(port, {url: `ldaps://127.0.0.1:${port}`}, 200)).toMatchObject({
    outcome: 'unreachable',
    message: expect.stringContaining('did not answer in time'),
  });
});

test('a directory that hangs after it agreed to StartTLS is unreachable in time', async () => {
  const port = await listen((socket) =>
    socket.once('data', (data: Buffer) => socket.write(message(data[4]!, 0x78, 0))),
  );
  expect(await ask(port, {start_tls: true}, 300)).toMatchObject({
    outcome: 'unreachable',
    message: expect.stringContaining('did not answer in time'),
  });
});

test('a connection that is broken off during the bind is unreachable', async () => {
  expect(await ask(await listen((socket) => socket.on('data', () => socket.resetAndDestroy())))).toMatchObject({
    outcome: 'unreachable',
  });
});

test('a bind account without a password is never bound, because that would always succeed', async () => {
  const seen: number[] = [];
  expect(await ask(await aDirectory({}, seen), {bind_password: ''})).toMatchObject({
    outcome: 'misconfigured',
    message: expect.stringContaining('without a password'),
  });
  expect(seen).toEqual([]);
});

test('a directory without a bind account is asked as nobody', async () => {
  const seen: number[] = [];
  expect(await ask(await aDirectory({}, seen), {bind_dn: '', bind_password: ''})).toMatchObject({outcome: 'ok'});
  expect(seen.filter((operation) => operation !== UNBIND)).toEqual([SEARCH]);
});

test('a refused password is not tried again for half an hour, so that the probe locks no account', async () => {
  const seen: number[] = [];
  const port = await aDirectory({bind: 49}, seen);
  const probe = createLdapProbe(clock);
  const round = () => probe(ldapAt(port), {slowMs: 1500, timeoutMs: 2000});
  const binds = (): number => seen.filter((operation) => operation === BIND).length;
  for (let rounds = 0; rounds < 3; rounds += 1) {
    expect(await round()).toMatchObject({outcome: 'misconfigured'});
  }
  expect(binds()).toBe(1);
  await probe(ldapAt(port, {bind_password: 'another'}), {slowMs: 1500, timeoutMs: 2000});
  expect(binds()).toBe(2);
  time += 31 * 60_000;
  await round();
  expect(binds()).toBe(3);
});

test('a directory that goes down after it refused the password is unreachable', async () => {
  const port = await aDirectory({bind: 49});
  const probe = createLdapProbe(clock);
  await probe(ldapAt(port), {slowMs: 1500, timeoutMs: 2000});
  for (const socket of sockets) {
    socket.destroy();
  }
  await new Promise((resolve) => servers.pop()!.close(resolve));
  expect(await probe(ldapAt(port), {slowMs: 1500, timeoutMs: 2000})).toMatchObject({outcome: 'unreachable'});
});
