import {expect, jest, test} from '@jest/globals';
import {parseJobMessage} from './live_jobs.ts';
import {exampleJob} from './testing/examples.ts';
import english from './i18n/en.json';

test('the plugin registers what the host offers, and needs none of it', async () => {
  const registered = new Map<string, {initialize(registry: object, store: object): void}>();
  window.registerPlugin = (id, plugin) => registered.set(id, plugin as never);
  (globalThis as Record<string, unknown>)['__webpack_public_path__'] = '';
  await import('./index.tsx');
  const plugin = registered.get('disaster-recovery');
  expect(() => plugin?.initialize({}, {})).not.toThrow();

  const registerAdminConsoleCustomSetting = jest.fn();
  const handlers = new Map<string, (message: unknown) => void>();
  const dispatch = jest.fn();
  plugin?.initialize(
    {
      registerAdminConsoleCustomSetting,
      registerWebSocketEventHandler: (event: string, handler: (message: unknown) => void) =>
        handlers.set(event, handler),
    },
    {dispatch},
  );
  expect(registerAdminConsoleCustomSetting).toHaveBeenCalledWith('Dashboard', expect.any(Function), {showTitle: false});
  handlers.get('custom_disaster-recovery_job')?.({data: {job: JSON.stringify(exampleJob())}});
  expect(dispatch).toHaveBeenCalledTimes(1);
});

test.each([
  [null],
  [{}],
  [{data: {job: 7}}],
  [{data: {job: 'not json'}}],
  [{data: {job: 'null'}}],
  [{data: {job: '{"id": "x"}'}}],
])('an event that is no job is ignored: %j', (message) => {
  expect(parseJobMessage(message)).toBeNull();
});

test('every message has its prefix and is a sentence that a translator can keep', () => {
  for (const [id, text] of Object.entries(english)) {
    expect(id).toMatch(/^disaster_recovery\./);
    expect(text.trim()).toBe(text);
  }
});
