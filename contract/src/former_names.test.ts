import {describe, expect, test} from '@jest/globals';
import {openApiDocument, RENAMED, SetManifest, withFormerNames, withPresentNames} from './index.ts';

const enrollment = {state: 'none', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null};
const status = {
  ...{version: '1', now: 1, companion_id: 'c', repository: {}},
  ...{verdict: {}, last_set: null, sets: 0, running: null, last_failed: null, rpo_objective_ms: null},
  ...{next_actions: [], enrollment},
};

describe('a field that has another name now', () => {
  test('goes out under both, however deep it is', () => {
    expect(withFormerNames({ok: true, value: [status]})).toEqual({
      ok: true,
      value: [{...status, enrolment: enrollment}],
    });
  });

  test('is read under the present one, when an older release wrote it', () => {
    const {enrollment: held, ...rest} = status;
    const old = {...rest, enrolment: held};
    expect(withPresentNames([old])).toEqual([{...old, enrollment: held}]);
  });

  test('is added to no other shape that happens to have it', () => {
    expect(withFormerNames({enrollment, other: 1})).toEqual({enrollment, other: 1});
    expect(withPresentNames({enrolment: 1})).toEqual({enrolment: 1});
  });
});

const finding = {set: null, severity: 'error', message: 'A pack is damaged.', where: 'pack 1'};

test('what was found, said and advised is read by scripts of before', () => {
  expect(
    withFormerNames([
      finding,
      {message: 'Nothing is backed up yet.', remedy: 'drctl backup', shell: 'drctl backup', chat: '/dr backup'},
      {name: 'ledger', outcome: 'ok', message: 'whole', remedy: null},
    ]),
  ).toMatchObject([
    {what: 'A pack is damaged.', where: 'pack 1'},
    {says: 'Nothing is backed up yet.', how: 'drctl backup'},
    {says: 'whole', remedy: null},
  ]);
});

test('the result of a job that an older release ran is read under the present names', () => {
  const {message, ...rest} = finding;
  expect(withPresentNames({findings: [{...rest, what: message}]})).toMatchObject({findings: [finding]});
});

test('a set that an older release sealed is shown under the present name of its position, and under the former one', () => {
  const set = Object.fromEntries(
    Object.keys(SetManifest.shape).map((name) => [name, name === 'position' ? '0/1A' : null]),
  );
  const {position, ...rest} = set;
  expect(withPresentNames({...rest, lsn: position})).toMatchObject({position});
  expect(withFormerNames(set)).toEqual({...set, lsn: position});
});

test('no shape is taken for another: those with the same fields have the same names', () => {
  const byFields = Map.groupBy(RENAMED, ({fields, names}) =>
    [...fields]
      .filter((field) => !(field in names))
      .sort()
      .join(' '),
  );
  for (const same of byFields.values()) {
    expect(new Set(same.map(({names}) => JSON.stringify(names))).size).toBe(1);
  }
});

test('openapi.json calls the former names deprecated', () => {
  const {schemas} = openApiDocument('1')['components'] as {
    schemas: Record<string, {properties: Record<string, {deprecated?: true; description?: string}>}>;
  };
  for (const {of, names} of RENAMED) {
    const {properties} = schemas[of.meta()?.id ?? ''] ?? {properties: {}};
    for (const [former, present] of Object.entries(names)) {
      expect(properties[former]).toMatchObject({
        deprecated: true,
        description: `The same as \`${present}\`, its name now.`,
      });
    }
  }
});
