import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {readNames} from './name_file.ts';

const directory = mkdtempSync(join(tmpdir(), 'names-'));
let number = 0;

function fileOf(content: string | Uint8Array): string {
  number += 1;
  const path = join(directory, `people-${number}.csv`);
  writeFileSync(path, content);
  return path;
}

test.each<[string, string | Uint8Array, string[]]>([
  ['one name a line', 'anna\nben\n', ['anna', 'ben']],
  ['no line end at the end', 'anna\nben', ['anna', 'ben']],
  ['Windows line ends', 'anna\r\nben\r\n', ['anna', 'ben']],
  ['old line ends', 'anna\rben\r', ['anna', 'ben']],
  ['a byte order mark', '\uFEFFanna\nben\n', ['anna', 'ben']],
  ['a byte order mark and a header', '\uFEFFUsername,Email\r\nanna,anna@example.org\r\n', ['anna']],
  ['a header after comments', '# people who left\n\nE-Mail;Name\nanna@example.org;Anna\n', ['anna@example.org']],
  ['a header word that is no first line', 'anna\nuser\n', ['anna', 'user']],
  ['comments and empty lines', '# all\nanna\n\n  # ben\n   \ncarl\n', ['anna', 'carl']],
  ['semicolons and tabs', 'anna;x\nben\ty\n', ['anna', 'ben']],
  ['quotes', '"anna","Anna, the ""first"""\n"ben@example.org" ; x\n', ['anna', 'ben@example.org']],
  ['the sign of a mention', '@anna\n"@ben"\n', ['anna', 'ben']],
  ['the same person twice', 'anna\nben\nanna,x\n', ['anna', 'ben']],
  ['spaces around', '  anna  , x\n', ['anna']],
  ['an empty first column', ',anna@example.org\nben,x\n', ['ben']],
  ['a name that looks like an option', '--everyone\n', ['--everyone']],
  [
    'addresses with all that they may hold',
    "o'brien+x@example.org\n{a}#1@xn--bcher-kva.example\n",
    ["o'brien+x@example.org", '{a}#1@xn--bcher-kva.example'],
  ],
  ['letters of every kind', 'jürgen\n李\n', ['jürgen', '李']],
])('%s is read', async (_name, content, names) => {
  expect(await readNames(fileOf(content))).toEqual(names);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['nothing', '', /names nobody/],
  ['only comments and a header', '# x\nusername\n', /names nobody/],
  ['a name longer than any', `anna\n${'x'.repeat(65)}\n`, /^Line 2 of .* is longer than the 64 characters/],
  ['an address longer than any', `anna\n${'x'.repeat(128)}@b\n`, /^Line 2 of .* is longer than the 128 characters/],
  ['accounts of the machine', 'root:$y$j9T$F5:19700:0:99999:7:::\n', /^Line 1 of .* does not begin with a username/],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE+/==\n', /^Line 1 of .* does not begin with a username/],
  ['the key of a repository', Array(14).fill('0ABC').join('-'), /^Line 1 of .* is longer than the 64 characters/],
  ['settings', 'anna\npassword=hunter2\n', /^Line 2 of .* does not begin with a username/],
  ['what a shell would run', '$(reboot)\n', /^Line 1 of .* does not begin with a username/],
  ['what a spreadsheet would run', '=cmd|x\n', /^Line 1 of .* does not begin with a username/],
  ['full names', 'username\nAnna Berger\n', /^Line 2 of .* does not begin with a username/],
  ['a line without an end', `anna\n${'x,'.repeat(1_000_000)}`, /^Line 2 of .* too long/],
  ['an open quote', 'anna\n"ben\n', /^Line 2 of .* quote that is not closed/],
  ['a NUL', 'an\u0000na\n', /^Line 1 of .* not UTF-8/],
  ['UTF-16', Buffer.from('\uFEFFanna\n', 'utf16le'), /not UTF-8/],
  ['Latin-1', Buffer.from('anna\nj\u00FCrgen\n', 'latin1'), /^Line 2 of .* not UTF-8/],
  ['what moves the cursor', 'anna\n\u001B[2Jben\n', /^Line 2 of .* does not begin with a username/],
  ['too many people', Array.from({length: 10_001}, (_, index) => `user${index}`).join('\n'), /more than 10,000 people/],
])('%s is refused, with the line and without its content', async (_name, content, says) => {
  const error = await readNames(fileOf(content)).then(
    () => null,
    (failure: Error) => failure,
  );
  expect(error).toMatchObject({code: 'USAGE_INVALID', message: expect.stringMatching(says)});
  expect(error?.message.replace(/ of \S+people-\d+\.csv/, '')).not.toMatch(
    /root|y\$|BEGIN|MIIE|0ABC|hunter2|reboot|cmd|Berger/,
  );
  expect(error?.message.length).toBeLessThan(300);
});

test('ten thousand people are read, over many chunks, none cut in two', async () => {
  const names = Array.from({length: 10_000}, (_, index) => `very.long.name.of.person.${index}@example.org`);
  expect(await readNames(fileOf(`\uFEFF${names.join('\r\n')}\r\n`))).toEqual(names);
});

test.each([
  ['/nonexistent/people.csv', 'ENOENT'],
  ['/tmp', 'EISDIR'],
])('%s cannot be read (%s)', async (path, code) => {
  await expect(readNames(path)).rejects.toMatchObject({
    code: 'USAGE_INVALID',
    message: `${path} cannot be read (${code}).`,
  });
});
