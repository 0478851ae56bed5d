import {expect, test} from '@jest/globals';
import {RepositoryLocation, requireSafeLocation} from './repository_location.ts';

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
