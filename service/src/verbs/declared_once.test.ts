import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {z} from 'zod';
import {ROUTES, VERB_GROUPS, VERBS, verbsOf, type Option, type Subject, type Verb} from '@disaster-recovery/contract';
import {answersTo, type ChatParts} from '../chat/chat.ts';
import {parseCommand} from '../chat/commands.ts';
import {tokenize} from '../chat/tokenizer.ts';
import {requestReader} from '../cli/options.ts';
import {buildProgram} from '../cli/program.ts';
import {RUNS} from '../cli/verbs/index.ts';
import {createHandlers, type HandlerParts} from '../http/handlers.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const root = join(import.meta.dirname, '../../..');
const all = Object.entries<Verb>(VERBS);
const names = (way: 'cli' | 'chat'): string[] => verbsOf(way).map(([name]) => name);
/** Nothing is called of it: only the names of what is built count. */
const anything = new Proxy({}, {get: () => () => undefined}) as never;

describe('every way in that a verb declares exists, and no other', () => {
  test('on a shell', async () => {
    expect(Object.keys(RUNS).sort()).toEqual(names('cli').sort());
    for (const load of Object.values(RUNS)) {
      expect(await load()).toBeInstanceOf(Function);
    }
  });

  test('in the chat', () => {
    expect(Object.keys(answersTo(anything as ChatParts)).sort()).toEqual(names('chat').sort());
  });

  test('over HTTP', () => {
    const handlers = createHandlers({verbs: anything, enrollment: anything} as unknown as HandlerParts);
    expect(Object.keys(handlers).sort()).toEqual(Object.keys(ROUTES).sort());
    const declared = all.flatMap(([, {routes = {}}]) => Object.keys(routes));
    expect(new Set(declared).size).toBe(declared.length);
  });
});

describe.each(all)('the declaration of %s', (name, verb) => {
  test('names fields that its request has', () => {
    const fields = verb.request instanceof z.ZodObject ? Object.keys(verb.request.shape as object) : [];
    const words: (Option | Subject)[] = [...Object.values(verb.options ?? {}), ...(verb.subject ? [verb.subject] : [])];
    const wanted = words.flatMap(({field}) => (field === undefined || !verb.request ? [] : [field.split('.')[0]]));
    expect(fields).toEqual(expect.arrayContaining(wanted));
    expect(Object.keys(verb.options ?? {})).toEqual(expect.arrayContaining([...(verb.exactly_one ?? [])]));
  });

  test('says what it does, and its first word is a group if it has two', () => {
    expect(verb.says).toMatch(/^[a-z].*[^.]$/);
    expect(verb.ways.length + Object.keys(verb.routes ?? {}).length).toBeGreaterThan(0);
    expect(name.includes(' ') ? Object.keys(VERB_GROUPS) : [name]).toContain(name.split(' ')[0]);
  });

  test('has examples that are understood wherever they can be typed', async () => {
    const tried: string[] = [];
    const examples = verb.examples ?? [];
    // Where the chat does something else, they are for a shell.
    const isOneForBoth = verb.says_in_chat === undefined;
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      await buildProgram(async (called) => {
        tried.push(called.name);
        if (isOneForBoth) {
          await requestReader(called.verb, called, NOW)();
        }
      }).parseAsync(tokenize(example), {from: 'user'});
      if (verb.ways.includes('chat') && isOneForBoth) {
        expect(parseCommand(example, NOW)).toMatchObject({kind: 'verb', name});
      }
    }
    expect(tried).toEqual(examples.map(() => name));
  });
});

describe('no verb is declared anywhere else', () => {
  const sources = (pattern: string, ...except: string[]): [string, string][] =>
    globSync(pattern, {cwd: root})
      .filter((path) => !/test|fixtures|\.d\.ts$/.test(path) && !except.some((name) => path.endsWith(name)))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]);
  const found = (files: readonly [string, string][], pattern: RegExp): string[] =>
    files.flatMap(([path, text]) => [...text.matchAll(pattern)].map(([hit]) => `${path}: ${hit}`));

  test('no option of the command line', () => {
    const files = sources('service/src/**/*.ts', 'cli/program.ts', 'cli/options.ts');
    expect(files.length).toBeGreaterThan(100);
    expect(found(files, /\.(requiredOption|option|addOption|command|argument)\(/g)).toEqual([]);
  });

  test('no address of the companion', () => {
    const files = [...sources('service/src/**/*.ts'), ...sources('server-bridge/*.go', 'contract_gen.go')];
    // What the bridge answers itself.
    const own = /"\/?api\/v1\/(connection|enrol|autocomplete\/(sets)?|)"/;
    expect(found(files, /["'`]\/?api\/v1\/[^"'`]*["'`]/g).filter((hit) => !own.test(hit))).toEqual([]);
  });

  test('no suggestion of the slash command', () => {
    const files = sources('server-bridge/*.go', 'contract_gen.go', 'autocomplete.go');
    expect(found(files, /AddCommand\(|NewAutocompleteData\(|Add\w*Argument\(/g)).toEqual([]);
  });
});
