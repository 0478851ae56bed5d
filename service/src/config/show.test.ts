import {expect, test} from '@jest/globals';
import {shownSettings, withoutPassword} from './show.ts';

// Passwords as people choose them; an administrator may have written them with or without percent-encoding.
const PASSWORDS = [
  'plain',
  'a@b',
  'a:b',
  'a/b',
  'a%40b',
  "a'b",
  'a"b',
  'a b',
  'a?b',
  'a#b',
  '@',
  ':@/',
  'p@ss://x:y@z',
  'ümläut',
  'a=b&c',
];

test.each(PASSWORDS)('the password %s in a URL is not shown, the rest is', (password) => {
  expect(withoutPassword(`postgres://mm:${password}@db.example.org:5432/mattermost?sslmode=require`)).toBe(
    'postgres://mm:***@db.example.org:5432/mattermost?sslmode=require',
  );
});

test.each(PASSWORDS)('the password %s in a keyword string is not shown, the rest is', (password) => {
  const escaped = password.replaceAll(/[\\']/g, '\\$&');
  expect(withoutPassword(`host=db password='${escaped}' dbname=mm`)).toBe('host=db password=*** dbname=mm');
  expect(withoutPassword(`host=db password = ${escaped.replaceAll(' ', '\\ ')} dbname=mm`)).toBe(
    'host=db password = *** dbname=mm',
  );
});

test.each([
  ['a user with an @, as in Azure', 'postgres://mm@server:sec ret@server.example.org/mattermost'],
  ['an empty user', 'postgres://:secret@db/mattermost'],
  ['a password in the query', 'postgres://mm@db/mattermost?password=secret&sslmode=require'],
  ['a password in both places', 'postgres://mm:secret@db/mattermost?password=secret'],
  ['the password of a key before that of the role', 'host=db sslpassword=secret password=secret'],
  ['a quote that is not closed', "host=db password='sec secret"],
  ['a quote that is doubled as in SQL', "host=db password='a''secret' dbname=mm"],
  ['capitals', 'host=db PASSWORD=secret'],
  ['a line break', 'postgres://mm:a\nsecret@db/mattermost'],
  ['a REST server', 'rest:https://user:secret@backup.example.org:8000/mm'],
  ['an address in object storage', 's3:https://key:secret@s3.example.org/bucket'],
])('%s does not leak', (_name, location) => {
  const shown = withoutPassword(location);
  expect(shown).not.toMatch(/sec ?ret/);
  expect(shown).toContain('***');
});

test.each([
  '/srv/backup',
  's3:s3.amazonaws.com/bucket/mm',
  's3:https://s3.example.org:9000/bucket',
  'sftp:backup@host:/srv/mm',
  'sftp://backup@host:2222//srv/mm',
  'rest:https://backup.example.org:8000/mm',
  'rest:http://[::1]:8000/mm',
  'postgres://mm@db:5432/mattermost',
  'postgres:///mattermost?host=/var/run/postgresql',
  'host=/var/run/postgresql dbname=mm',
  'b2:bucket:path',
  'azure:container:/',
])('the location %s has no password and is shown whole', (location) => {
  expect(withoutPassword(location)).toBe(location);
});

test('who knows the address of a webhook can post there, so it is shown by its server alone', () => {
  const notify = {
    mattermost: 'administrators',
    webhooks: [{url: 'https://u:secret@hooks.example.org:8443/services/secret?x=secret', format: 'slack'}],
    ping: {success: 'https://watch.example.org/secret', failure: 'https://watch.example.org'},
  };
  const shown = shownSettings({notify, repository: {url: 's3:https://s3.example.org/bucket'}});
  expect(JSON.stringify(shown)).not.toContain('secret');
  expect(shown).toMatchObject({
    notify: {
      mattermost: 'administrators',
      webhooks: [{url: 'https://u:***@hooks.example.org:8443/***', format: 'slack'}],
      ping: {success: 'https://watch.example.org/***', failure: 'https://watch.example.org'},
    },
    repository: {url: 's3:https://s3.example.org/bucket'},
  });
});
