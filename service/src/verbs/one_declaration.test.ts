import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, jest, test} from '@jest/globals';
import {pino} from 'pino';
import {z} from 'zod';
import {goContract, openApiDocument, routesOf, VERBS, type Actor, type Verb} from '@disaster-recovery/contract';
import {plainAnswer} from '../chat/answer.ts';
import {createChat, type ChatParts} from '../chat/chat.ts';
import {START} from '../testkit/answers.ts';
import {cliPage} from '../cli/cli_page.ts';
import {plainRun} from '../cli/plain_run.ts';
import {runProgram} from '../cli/program.ts';
import {createTestServer} from '../http/test_server.ts';
import {createJobs, JOB_TABLES} from '../jobs/index.ts';
import {openState} from '../kernel/state.ts';

const WeighRequest = z
  .object({what: z.string(), unit: z.enum(['kg', 'lb']).default('kg'), from: z.number().optional()})
  .strict()
  .meta({id: 'WeighRequest'});
const Weight = z.object({what: z.string(), weight: z.number(), unit: z.string()}).meta({id: 'Weight'});

/** All that is written for a new verb: this declaration, and one function. */
const weigh = {
  says: 'weigh something',
  ways: ['cli', 'chat'],
  request: WeighRequest,
  subject: {name: 'what', called: 'The thing', says: 'what to weigh', field: 'what'},
  options: {
    unit: {field: 'unit', reads: 'word', value: 'unit', says: 'in kg or lb', choices: {kg: 'kilograms', lb: 'pounds'}},
  },
  examples: ['weigh server --unit lb'],
  routes: {
    weigh: {
      method: 'POST',
      path: '/api/v1/weights',
      summary: 'Weigh something.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: WeighRequest,
      response: {status: 201, body: Weight},
      errors: ['NOT_FOUND'],
    },
  },
} as const satisfies Verb;
const weighIt = async ({what, unit}: z.output<typeof WeighRequest>) => ({what, weight: 42, unit});

const verbs: Record<string, Verb> = {...VERBS, weigh};
const actor: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};

async function printed(...argv: string[]): Promise<{code: number; out: string}> {
  let out = '';
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    const run = plainRun(async ({request}) => weighIt((await request()) as z.output<typeof WeighRequest>));
    return {code: await runProgram(argv, async () => run, verbs), out};
  } finally {
    stdout.mockRestore();
  }
}

test('on a shell it reads its options, answers in words and JSON, and is in the help', async () => {
  expect(await printed('weigh', 'server', '--unit', 'LB')).toEqual({
    code: 0,
    out: 'what: server\nweight: 42\nunit: lb\n',
  });
  const {out} = await printed('--json', 'weigh', 'server');
  expect(JSON.parse(out)).toEqual({
    type: 'result',
    ok: true,
    value: {what: 'server', weight: 42, unit: 'kg'},
    error: null,
  });
  expect((await printed('weigh', '--help')).out).toMatch(
    /--unit <unit>\s+in kg or lb \(default: "kg"\)[^]*drctl weigh server/,
  );
});

test('in the chat it is understood, helped with, and refused to a clone', async () => {
  const state = openState(mkdtempSync(join(tmpdir(), 'one-verb-')), [JOB_TABLES]);
  const clock = {now: () => START, sleep: () => new Promise<void>(() => undefined)};
  let isClone = false;
  const parts = {
    state,
    clock,
    jobs: createJobs(state, clock),
    log: pino({level: 'silent'}),
    requireWritable: () => {
      if (isClone) {
        throw new Error('refused to a clone');
      }
    },
  } as unknown as ChatParts;
  const answers = {weigh: plainAnswer(parts, ({request}) => weighIt(request as z.output<typeof WeighRequest>))};
  const chat = createChat(parts, {verbs, answers});
  const said = async (command: string) => (await chat.answer({command, channel_id: 'c', root_id: ''}, actor)).message;
  expect(await said('weigh server --unit lb')).toBe('```yaml\nwhat: server\nweight: 42\nunit: lb\n```');
  expect(await said('weigh')).toBe('The thing is missing.\nUsage: `/dr weigh WHAT [--unit kg|lb]`');
  expect(await said('weig')).toContain('/dr weigh');
  expect(await said('help')).toContain('`/dr weigh WHAT [--unit kg|lb]`: Weigh something');
  isClone = true;
  expect(await said('weigh server')).not.toContain('42');
});

test('over HTTP it is served, checked against its schema, signed, and in openapi.json', async () => {
  const it = await createTestServer({}, null, [
    {route: weigh.routes.weigh, handle: ({body}) => weighIt(body as never)},
  ]);
  it.enrollBridge();
  const ask = async (body: string, isSigned = true) => {
    const asked = {method: 'POST', path: weigh.routes.weigh.path, body};
    const token = await it.bridge.token(it.enrollment.companionId, asked, it.clock.now());
    return it.server.inject({
      method: 'POST',
      url: asked.path,
      payload: body,
      headers: {'content-type': 'application/json', ...(isSigned && {authorization: `Bearer ${token}`})},
    });
  };
  const reply = await ask('{"what":"server"}');
  expect([reply.statusCode, reply.json()]).toEqual([201, {what: 'server', weight: 42, unit: 'kg'}]);
  expect((await ask('{"weight":1}')).statusCode).toBe(400);
  expect((await ask('{"what":"server"}', false)).statusCode).toBe(401);
  await it.server.close();
  const {paths} = openApiDocument('0.0.0', routesOf(verbs)) as {paths: Record<string, unknown>};
  expect(paths['/api/v1/weights']).toMatchObject({post: {operationId: 'weigh', summary: 'Weigh something.'}});
});

test('the bridge forwards, audits and suggests it, and docs/cli.md describes it', () => {
  const go = goContract(verbs, routesOf(verbs));
  expect(go).toContain('{http.MethodPost, "/api/v1/weights", true},');
  expect(go).toContain('name: "weigh", hint: "WHAT [--unit kg|lb]", says: "Weigh something"');
  const page = cliPage(verbs);
  expect(page).toContain('## weigh\n\nWeigh something.\n\n    drctl weigh [options] <what>');
  expect(page).toContain('- `--unit <unit>` — in kg or lb (default: kg)');
});
