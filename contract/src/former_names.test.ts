import {describe, expect, test} from '@jest/globals';
import {openApiDocument, RENAMED, withFormerNames, withPresentNames} from './index.ts';

const enrollment = {state: 'none', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null};
const status = {
  ...{version: '1', now: 1, companion_id: 'c', repository: {location: '/r', outcome: 'ok', says: 'opens'}},
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
