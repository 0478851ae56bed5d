import {execFileSync} from 'node:child_process';
import {chmodSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {connect} from 'node:tls';
import {createHash} from 'node:crypto';
import type {AddressInfo} from 'node:net';
import {beforeAll, expect, test} from '@jest/globals';
import {listenAddress} from './listen.ts';
import {createTestServer} from './test_server.ts';

let certificate = '';
let key = '';

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'tls-'));
  [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=companion',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    {stdio: 'ignore'},
  );
  chmodSync(key, 0o600);
});

test.each(['127.0.0.1:8066', '127.3.2.1:1', 'localhost:8066', '[::1]:8066'])(
  '%s needs no certificate',
  async (listen) => {
    expect(await listenAddress({listen})).toMatchObject({tls: null, tlsPin: null, url: `http://${listen}`});
  },
);

test.each([
  '0.0.0.0:8066',
  '10.0.0.1:8066',
  '[::]:8066',
  'companion.example.org:8066',
  '127.0.0.1.example.org:8066',
  '[::ffff:10.0.0.1]:1',
])('%s is refused without one', async (listen) => {
  await expect(listenAddress({listen})).rejects.toMatchObject({code: 'TLS_REQUIRED'});
});

test('the pin is the one that a client computes from the certificate it is shown', async () => {
  const {tls, tlsPin, url} = await listenAddress({listen: '10.0.0.1:8066', tls_certificate: certificate, tls_key: key});
  expect(url).toBe('https://10.0.0.1:8066');
  const {server} = await createTestServer({}, tls);
  await server.listen({host: '127.0.0.1', port: 0});
  const shown = await new Promise<string>((resolve, reject) => {
    const socket = connect(
      {host: '127.0.0.1', port: (server.server.address() as AddressInfo).port, rejectUnauthorized: false},
      () => {
        const spki = socket.getPeerX509Certificate()?.publicKey.export({type: 'spki', format: 'der'}) ?? '';
        socket.destroy();
        resolve(`sha256/${createHash('sha256').update(spki).digest('base64')}`);
      },
    ).on('error', reject);
  });
  await server.close();
  expect(tlsPin).toBe(shown);
});

test('half a pair, a missing file, a wrong file and a readable key are refused', async () => {
  const listen = '10.0.0.1:8066';
  await expect(listenAddress({listen, tls_certificate: certificate})).rejects.toMatchObject({code: 'CONFIG_INVALID'});
  await expect(listenAddress({listen, tls_certificate: '/nowhere', tls_key: key})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
  await expect(listenAddress({listen, tls_certificate: key, tls_key: key})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
  chmodSync(key, 0o644);
  await expect(listenAddress({listen, tls_certificate: certificate, tls_key: key})).rejects.toMatchObject({
    code: 'CONFIG_EXPOSED',
  });
  chmodSync(key, 0o600);
});
