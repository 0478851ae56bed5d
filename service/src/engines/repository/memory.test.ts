import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {conformance, copiesKeepTheirNames} from './conformance.ts';
import {createMemoryRepository} from './memory.ts';

conformance('memory', async () => createMemoryRepository());
copiesKeepTheirNames('memory', async () => {
  const [from, to] = [createMemoryRepository('/one'), createMemoryRepository('/two')];
  await Promise.all([from.create(), to.create()]);
  const copy = async (): Promise<void> => {
    const [there, all] = [await to.snapshots([]), await from.snapshots([])];
    all.filter(({id}) => !there.some((copied) => copied.id === id)).forEach(({id}) => to.copyFrom(from, id));
  };
  return {from, to, copy};
});

test('memory: damage is found by reading every byte, and names who needs it', async () => {
  const repository = createMemoryRepository();
  await repository.create();
  const directory = mkdtempSync(join(tmpdir(), 'tree-'));
  writeFileSync(join(directory, 'a'), 'x');
  const {snapshot} = await repository.store(directory, {tags: ['a']});
  repository.damage(snapshot, join(directory, 'a'));
  expect(await repository.check('structure', {})).toEqual([]);
  expect(await repository.check('data', {})).toEqual([
    {says: expect.stringContaining('wrong hash'), snapshots: [snapshot], where: join(directory, 'a')},
  ]);
  await expect(repository.restore({snapshot, path: directory}, directory, {existing: 'replace'})).rejects.toMatchObject(
    {code: 'REPOSITORY_DAMAGED'},
  );
});
