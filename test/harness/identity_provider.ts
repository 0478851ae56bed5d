import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {AnswerInstead, ProviderPeople} from '../identity-provider/people.ts';
import {freePort} from './free_port.ts';
import {startServerProcess} from './server_process.ts';
import type {ServerProcess} from './server_process.ts';
import {waitFor} from './wait_for.ts';

export type {ProviderPeople} from '../identity-provider/people.ts';

const PROGRAM = fileURLToPath(new URL('../identity-provider/main.ts', import.meta.url));
const CLIENT = {id: 'mattermost', secret: 's3cret-for-tests'};

export interface IdentityProviderOptions {
  /** Gets the people, the log and what to answer instead. */
  readonly directory: string;
  readonly port?: number;
  /** Of the Mattermost that people come from and go back to. */
  readonly siteUrl: string;
  readonly people: ProviderPeople;
}

/** GitLabSettings of Mattermost's configuration. */
interface GitLabSettings {
  readonly Enable: boolean;
  readonly Id: string;
  readonly Secret: string;
  readonly Scope: string;
  readonly AuthEndpoint: string;
  readonly TokenEndpoint: string;
  readonly UserAPIEndpoint: string;
}

/** A running identity provider that Mattermost takes for GitLab. */
export interface IdentityProvider {
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  readonly gitLabSettings: GitLabSettings;
  pid(): number;
  /** Everybody it knows now, by username. */
  people(): ProviderPeople;
  /** Ends it at once, hung or not: connections are refused. */
  stop(): Promise<void>;
  /** Starts it again at the same address. It has forgotten who was signed in, not who there is. */
  start(): Promise<void>;
  /** Connections are accepted, and never answered. */
  hang(): void;
  unhang(): void;
  /** Answers `status` to requests whose path begins with `path` ('/auth', '/token', '/me'; default: all). A body that begins with < is HTML. */
  answerInstead(status: number, body?: string, path?: string): Promise<void>;
  /** Does its work, but each answer comes so much later. */
  answerSlowly(seconds: number, path?: string): Promise<void>;
  answerNormally(): Promise<void>;
  setEmail(username: string, email: string): Promise<void>;
  setPeople(people: ProviderPeople): Promise<void>;
}

/** Starts the provider and waits until it answers. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const {directory, siteUrl} = options;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const files = {
    people: join(directory, 'people.json'),
    answer: join(directory, 'answer.json'),
    log: join(directory, 'provider.log'),
  };
  let people = options.people;
  let server: ServerProcess;

  const setPeople = async (given: ProviderPeople) => {
    people = given;
    await replace(files.people, given);
  };
  const answerInstead = (answer: AnswerInstead) => replace(files.answer, answer);
  const start = async () => {
    server = await startServerProcess({
      command: process.execPath,
      arguments: [PROGRAM],
      directory,
      environment: {
        PORT: String(port),
        PEOPLE_FILE: files.people,
        ANSWER_FILE: files.answer,
        SITE_URL: siteUrl,
        CLIENT_ID: CLIENT.id,
        CLIENT_SECRET: CLIENT.secret,
      },
      logFile: files.log,
    });
    await untilItAnswers(server, url);
  };

  // The number of a process that has ended may be somebody else's by now.
  const signal = (name: NodeJS.Signals) => {
    if (!server.running()) {
      throw new Error('The identity provider does not run.');
    }
    process.kill(server.pid, name);
  };

  await mkdir(directory, {recursive: true});
  await setPeople(people);
  await start();
  return {
    url,
    port,
    start,
    setPeople,
    logFile: files.log,
    gitLabSettings: gitLabSettings(url),
    pid: () => server.pid,
    people: () => people,
    stop: () => (server.running() ? server.end('SIGKILL') : Promise.resolve()),
    hang: () => signal('SIGSTOP'),
    unhang: () => signal('SIGCONT'),
    answerInstead: (status, body = '', path = '') =>
      answerInstead({
        status,
        body,
        path,
        delay_ms: 0,
        content_type: body.startsWith('<') ? 'text/html' : 'application/json',
      }),
    answerSlowly: (seconds, path = '') =>
      answerInstead({status: 0, body: '', path, delay_ms: seconds * 1000, content_type: ''}),
    answerNormally: () => rm(files.answer, {force: true}),
    setEmail: (username, email) => {
      const person = people[username];
      return person === undefined
        ? Promise.reject(new Error(`The provider knows no ${username}.`))
        : setPeople({...people, [username]: {...person, email}});
    },
  };
}

/** The scope may not hold "openid": with it, Mattermost wants its OpenID part, which needs a licence. */
function gitLabSettings(url: string): GitLabSettings {
  return {
    Enable: true,
    Id: CLIENT.id,
    Secret: CLIENT.secret,
    Scope: 'profile email',
    AuthEndpoint: `${url}/auth`,
    TokenEndpoint: `${url}/token`,
    UserAPIEndpoint: `${url}/me`,
  };
}

/** At once, so that the provider never reads half a file. */
async function replace(file: string, content: object): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(content));
  await rename(`${file}.new`, file);
}

/** Any answer will do: it may have been told to say 503 before it started. */
async function untilItAnswers(server: ServerProcess, url: string): Promise<void> {
  await waitFor('the identity provider to answer', async () => {
    if (!server.running()) {
      throw new Error(`The identity provider ended at once:\n${await server.lastWords()}`);
    }
    return fetch(`${url}/.well-known/openid-configuration`, {signal: AbortSignal.timeout(2000)}).then(
      () => true,
      () => false,
    );
  });
}
