import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {
  BackupRequest,
  FAILURES,
  openApiDocument,
  ROUTES,
  SIGNED_ERRORS,
  type FailureKind,
  type Route,
} from './index.ts';

const root = join(import.meta.dirname, '../..');
const document = JSON.parse(readFileSync(join(root, 'contract/openapi.json'), 'utf8')) as {
  info: {version: string};
  paths: Record<string, Record<string, {responses: Record<string, {description: string}>}>>;
};

test('openapi.json is what the schemas and routes say', () => {
  expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument(document.info.version))));
});

test('docs/errors.md lists every code of the catalogue and no other', () => {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  expect([...page.matchAll(/^## (\w+)$/gm)].map(([, code]) => code).sort()).toEqual(Object.keys(FAILURES).sort());
});

test.each(Object.entries(FAILURES) as [string, FailureKind][])(
  '%s says what it means and what to do, and has its own place',
  (_code, {meaning, remedy, status, exit}) => {
    expect(meaning).toMatch(/\.$/);
    expect(remedy).toMatch(/\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(exit).toBeGreaterThan(0);
    expect(exit).toBeLessThan(126);
  },
);

test('no code stands in two parts of the catalogue', () => {
  const parts = readdirSync(join(root, 'contract/src/errors')).map((name) =>
    readFileSync(join(root, 'contract/src/errors', name), 'utf8'),
  );
  const codes = parts.flatMap((text) => [...text.matchAll(/^  ([A-Z_]+): \{$/gm)].map(([, code]) => code));
  expect(codes.sort()).toEqual(Object.keys(FAILURES).sort());
});

test.each(Object.entries(ROUTES) as [string, Route][])('route %s is documented with all its errors', (_name, route) => {
  const {responses} = document.paths[route.path]?.[route.method.toLowerCase()] ?? {responses: {}};
  const documented = Object.values(responses).flatMap(({description}) => description.split(', '));
  expect(documented).toEqual(
    expect.arrayContaining([...route.errors, ...(route.access === 'signed' ? SIGNED_ERRORS : [])]),
  );
});

test.each([
  ['an unknown part', {scope: ['plugins']}],
  ['no part at all', {scope: []}],
  ['an unknown field', {reson: 'x'}],
  ['a reason longer than a post', {reason: 'x'.repeat(501)}],
])('a backup request with %s is refused', (_what, request) => {
  expect(BackupRequest.safeParse(request).success).toBe(false);
});
