import {expect, test} from '@jest/globals';
import {placeOf, RepositoryLocation, requireSafeLocation} from './repository_location.ts';

test.each([
  '/backup/mattermost',
  'backup/-mm',
  './-mm',
  's3:https://s3.example.org/bucket-x/-y',
  'sftp:backup@host-1:/-x',
  'sftp:host:-x',
  'sftp://backup@host-1:2222//srv/-x',
  'rest:https://u:-p@backup/-mm',
])('%s is a place for sets', (location) => {
  expect(RepositoryLocation.parse(location)).toBe(location);
  expect(() => requireSafeLocation(location)).not.toThrow();
});

test.each([
  ['-r', 'begins with a hyphen'],
  ['--password-command=x', 'begins with a hyphen'],
  ['sftp:-oProxyCommand=x:/y', 'option'],
  ['sftp:user@-oProxyCommand=x:/y', 'option'],
  ['sftp:-luser@host:/y', 'option'],
  ['sftp://-oProxyCommand=x/y', 'option'],
  ['sftp://user@-oProxyCommand=x:22/y', 'option'],
  ['sftp://a@b@-oProxyCommand=x/y', 'option'],
  ['rclone:--config=/tmp/x:y', 'option'],
  ['/x\0y', 'NUL'],
  ['', 'empty'],
])('%j is refused, in settings and as an option', (location, says) => {
  expect(RepositoryLocation.safeParse(location).error?.issues[0]?.message).toContain(says);
  expect(() => requireSafeLocation(location)).toThrow(says);
});

test('rclone is for settings only', () => {
  expect(RepositoryLocation.parse('rclone:remote:path')).toBe('rclone:remote:path');
  expect(() => requireSafeLocation('rclone::sftp,ssh="touch /x":path')).toThrow(
    expect.objectContaining({code: 'USAGE_INVALID', remedy: expect.stringContaining('rclone serve restic')}),
  );
});

test.each([
  ['/srv/backup', '/srv//backup/', 'local:/srv/x/../backup'],
  [
    'rest:https://backup.example.org/mm',
    'rest:https://u:p@ss@Backup.example.org:443/mm/',
    'REST:https://backup.example.org/mm',
  ],
  ['s3:s3.example.org/bucket/mm', 's3:https://S3.example.org/bucket/mm/', 's3://s3.example.org/bucket/mm'],
  ['sftp:backup@host:/srv/mm', 'sftp://other@HOST:22//srv/mm/', 'sftp:host:/srv/mm'],
  ['sftp:a@host:mm', 'sftp://a@host/mm', 'sftp:a@host:mm/'],
  ['b2:bucket:path', 'b2:bucket:path/', 'b2:bucket:path'],
])('%s is one place, however it is written', (...written) => {
  expect(new Set(written.map(placeOf)).size).toBe(1);
});

test.each([
  ['/srv/backup', '/srv/backup2'],
  ['/srv/backup', 'rest:http://srv/backup'],
  ['rest:http://host:8000/a', 'rest:http://host:8001/a'],
  ['rest:http://host/a', 'rest:http://host/A'],
  ['s3:host/bucket/a', 's3:host/bucket/b'],
  ['sftp:a@host:mm', 'sftp:b@host:mm'],
  ['sftp:host:mm', 'sftp:host:/mm'],
  ['sftp://host:22//mm', 'sftp://host:2222//mm'],
  ['b2:bucket:path', 'gs:bucket:path'],
])('%s and %s are two places', (one, other) => {
  expect(placeOf(one)).not.toBe(placeOf(other));
});
