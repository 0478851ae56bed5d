import {expect, test} from '@jest/globals';
import {exposedAddress} from './exposed_address.ts';

test.each([
  'http://127.0.0.1:8065',
  'http://127.8.0.1',
  'http://localhost:8065',
  'http://[::1]:8065',
  'https://chat.example.org',
  null,
])('%s exposes nothing', (address) => {
  expect(exposedAddress(address)).toBeNull();
});

test.each([
  'http://10.0.0.1:8065',
  'http://chat.example.org',
  'http://localhost.example.org',
  'http://127.0.0.1.example.org',
  'http://[::2]',
])('%s is warned of, with what to do', (address) => {
  expect(exposedAddress(address)).toEqual({
    message: expect.stringContaining(`at ${address}, without TLS`),
    remedy: expect.stringContaining('https://'),
  });
});
