import {readdirSync} from 'node:fs';
import {createTypeScriptImportResolver} from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const foldersOf = (path) => readdirSync(new URL(path, import.meta.url), {withFileTypes: true}).filter((entry) => entry.isDirectory()).map(({name}) => name);

const src = './service/src';
const WAYS_IN = ['cli', 'http', 'chat'];
/** What capabilities and ways in stand on: each with the rooms that it may import, and why no others. */
const GROUND = {
  kernel: [[], 'kernel knows nothing of the product.'],
  process: [['kernel'], 'process runs programs; it knows only the kernel.'],
  config: [['kernel'], 'config reads settings; it knows only the kernel.'],
  engines: [['process', 'kernel'], 'engines know nothing of capabilities: they are the outside behind a port.'],
  ledger: [['kernel'], 'the ledger outlives everything and depends on nothing but the kernel.'],
  verbs: [['kernel'], 'how a verb is read from what was typed; ways in use it, and it knows none of them.'],
  words: [['kernel'], 'words say what is told to them; ways in and capabilities use them, and they know none of those.'],
  approvals: [['ledger', 'kernel'], 'approvals know whom a plan touches, and no verb.'],
  jobs: [['ledger', 'kernel'], 'jobs run steps; they do not know which.'],
};
/** A folder of the service is a capability unless it is named above, so that a new one is fenced from its first commit. */
const CAPABILITIES = foldersOf(src).filter((name) => !(name in GROUND) && ![...WAYS_IN, 'daemon', 'compose', 'testkit'].includes(name));

const engines = `${src}/engines`;
const ENGINES = foldersOf(engines);
const PORTS = ENGINES.map((name) => `./${name}/port.ts`);
/** How PostgreSQL and Mattermost are spoken to, below the ports of several engines. */
const SPOKEN = ['./database/postgres/connection.ts', './mattermost/http.ts'];

const sso = `${src}/sso`;
/** The rooms of an SSO outage, from the ground up: each imports only those before it, and the two files of all. */
const SSO_ROOMS = [
  'people', 'codes', 'detection', 'readiness', 'originals', 'store', 'settings', 'sessions', 'locked_out',
  'return_list', 'switch', 'switch_back', 'status', 'incident', 'access', 'announce', 'watch',
];
const SSO_FILES = ['engines.ts', 'sso.ts'];
const unplaced = foldersOf(sso).filter((name) => !SSO_ROOMS.includes(name));
if (unplaced.length > 0) {
  throw new Error(`Give ${unplaced.join(', ')} of ${sso} a place in SSO_ROOMS: what may it import, and who may import it?`);
}

const ssoZones = [
  ...SSO_ROOMS.map((name, place) => ({
    target: `${sso}/${name}`, from: sso, except: [...SSO_FILES, ...SSO_ROOMS.slice(0, place + 1)].map((it) => `./${it}`),
    message: 'rooms of an SSO outage import those before them in SSO_ROOMS; create_sso.ts puts them together.',
  })),
  ...SSO_FILES.map((name) => ({
    target: `${sso}/${name}`, from: sso, message: 'what all rooms of an SSO outage know knows none of them.',
  })),
];

/** Import directions: arrows never turn round. Each zone says why. */
const zones = [
  ...Object.entries(GROUND).map(([name, [below, message]]) => ({
    target: `${src}/${name}`, from: src, except: [name, ...below].map((it) => `./${it}`), message,
  })),
  ...ENGINES.map((name) => ({
    target: `${engines}/${name}`, from: engines, except: [`./${name}`, ...PORTS, ...SPOKEN],
    message: 'an engine sees another only through its port.',
  })),
  {target: src, from: `${src}/testkit`, message: 'what tests share is for tests.'},
  ...CAPABILITIES.map((name) => ({
    target: `${src}/${name}`, from: src, except: [`./${name}`, './approvals', './words', './jobs', './ledger', './kernel', './engines'],
    message: 'a capability imports no other capability and no way in: compose/ hands functions across.',
  })),
  ...CAPABILITIES.map((name) => ({
    target: `${src}/${name}`, from: engines, except: PORTS,
    message: 'a capability sees an engine only through its port.',
  })),
  // The command line starts the companion through daemon/; where that listens is told by HTTP's own words.
  ...WAYS_IN.map((name) => ({
    target: `${src}/${name}`, from: WAYS_IN.filter((other) => other !== name && !(name === 'cli' && other === 'http')).map((other) => `${src}/${other}`),
    message: 'a way in imports no other: what two of them say is in words/, what two of them ask is in contract/.',
  })),
  {
    target: `${src}/daemon`, from: src, except: ['daemon', 'http', 'chat', ...CAPABILITIES, 'jobs', 'config', 'kernel', 'version.ts'].map((it) => `./${it}`),
    message: 'daemon/ is what runs while the companion runs: it gets what it needs from compose/, and only the command line starts it.',
  },
  ...['http', 'chat'].map((name) => ({
    target: `${src}/${name}`, from: [`${src}/daemon`, `${src}/compose`], message: 'what answers requests knows neither who runs it nor who builds it.',
  })),
  ...[...WAYS_IN, 'daemon'].map((name) => ({
    target: `${src}/${name}`, from: engines, message: 'ways in call capabilities; engines are composed in compose/.',
  })),
  ...['cli', 'daemon'].flatMap((name) => ['http', 'chat', ...(name === 'cli' ? ['daemon'] : [])].map((room) => ({
    target: `${src}/${name}`, from: `${src}/${room}`, except: ['./index.ts'], message: 'import a room by its index.ts: that is all that others may see.',
  }))),
  ...[...WAYS_IN, 'daemon'].flatMap((name) => CAPABILITIES.map((capability) => ({
    target: `${src}/${name}`, from: `${src}/${capability}`, except: ['./index.ts'], message: 'import a capability by its index.ts: that is all that others may see.',
  }))),
  ...ssoZones,
];

const web = './webapp/src';
/** Rooms of the page that every capability may use; `dashboard` is where the capabilities are put together. */
const WEB_ROOMS = {components: ['i18n'], i18n: [], jobs: ['components', 'i18n'], facts: ['components', 'jobs', 'i18n']};
const WEB_CAPABILITIES = foldersOf(web).filter((name) => !(name in WEB_ROOMS) && !['dashboard', 'testing'].includes(name));
const WEB_FILES = ['client.ts', 'clock.ts', 'parts.ts', 'live_jobs.ts', 'plugin_id.ts'];

/** A folder below webapp/src is a capability unless it is named above, so a new one is fenced from its first commit. */
const webZones = [
  ...Object.entries(WEB_ROOMS).map(([name, rooms]) => ({
    target: `${web}/${name}`, from: web, except: [name, ...rooms, ...WEB_FILES].map((it) => `./${it}`),
    message: 'what all parts of the page share knows none of them.',
  })),
  ...WEB_CAPABILITIES.map((name) => ({
    target: `${web}/${name}`, from: web, except: [name, ...Object.keys(WEB_ROOMS), ...WEB_FILES].map((it) => `./${it}`),
    message: 'a part of the page imports no other part: dashboard/ puts them together.',
  })),
];

const PROGRAMS = 'programs are run by process/run.ts: no shell, what comes from outside never an option, secrets by environment, bounded output.';
const CLOCK = 'time comes from kernel/clock.ts, so that tests can hold it still.';
const forbidden = [
  {selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: CLOCK},
  {selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: CLOCK},
];
const ENVIRONMENT = {selector: 'MemberExpression[object.name="process"][property.name="env"]', message: 'settings come from config/, children get what process/ passes on; nothing else reads the environment.'};

export default tseslint.config(
  {ignores: ['**/dist/**', '**/node_modules/**', 'server-bridge/**', '**/*.config.{js,cjs,mjs}', '**/.swcrc', 'test/browser/host_page/**/*.js']},
  {
    files: ['contract/src/**/*.ts', 'service/src/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: {'import-x': importX},
    languageOptions: {parserOptions: {projectService: {allowDefaultProject: []}, tsconfigRootDir: import.meta.dirname}},
    settings: {'import-x/resolver-next': [createTypeScriptImportResolver()]},
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', {basePath: import.meta.dirname, zones}],
      'max-lines': ['error', {max: 400, skipBlankLines: true, skipComments: true}],
      'max-lines-per-function': ['error', {max: 80, skipBlankLines: true, skipComments: true}],
      // `??` and `?.` count as branches, and records are full of them.
      complexity: ['error', 16],
      // More than three are one object with names.
      'max-params': ['error', 3],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', {ignoreRestSiblings: true}],
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      // A promise-returning port may have adapters that need not wait.
      '@typescript-eslint/require-await': 'off',
      // Ports are records of closures; none of their functions uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-imports': ['error', {paths: ['child_process', 'node:child_process', 'execa'].map((name) => ({name, message: PROGRAMS}))}],
      'no-restricted-syntax': ['error', ...forbidden, ENVIRONMENT],
    },
  },
  {files: ['service/src/process/run.ts'], rules: {'no-restricted-imports': 'off'}},
  {files: ['service/src/kernel/clock.ts'], rules: {'no-restricted-syntax': 'off'}},
  {
    // The homes of the environment: settings, PGPASSWORD, the base environment of children, credentials for object storage, who typed sudo.
    files: ['service/src/config/**', 'service/src/process/**', 'service/src/engines/repository/restic_command.ts', 'service/src/engines/database/postgres/address.ts', 'service/src/cli/companion.ts', 'service/src/cli/program.ts'],
    rules: {'no-restricted-syntax': ['error', ...forbidden]},
  },
  {
    files: ['**/*.test.ts', 'service/src/testkit/**', 'service/src/**/{test_server,fixtures,postgres_fixture}.ts'],
    rules: {
      'max-lines-per-function': 'off', 'max-lines': ['error', 600], 'no-restricted-syntax': 'off', 'max-params': 'off', 'import-x/no-restricted-paths': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-empty-function': 'off', 'no-restricted-imports': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off', '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts', 'webapp/**/*.{ts,tsx}'],
    extends: [tseslint.configs.strict],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-imports': ['error', {patterns: [{group: ['mattermost-redux/actions/*'], message: 'actions pull the whole package into the bundle (1.3 MB); call the bridge instead.'}]}],
    },
  },
  {
    files: ['webapp/src/**/*.{ts,tsx}'],
    plugins: {'import-x': importX},
    settings: {'import-x/resolver-next': [createTypeScriptImportResolver()]},
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', {basePath: import.meta.dirname, zones: webZones}],
      'max-lines': ['error', {max: 400, skipBlankLines: true, skipComments: true}],
      'max-lines-per-function': ['error', {max: 80, skipBlankLines: true, skipComments: true}],
      'no-restricted-syntax': ['error', {selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'time comes from clock.ts, so that tests can hold it still.'}],
    },
  },
  {files: ['webapp/src/clock.ts'], rules: {'no-restricted-syntax': 'off'}},
  {
    files: ['webapp/src/**/*.test.{ts,tsx}', 'webapp/src/testing/**'],
    rules: {'import-x/no-restricted-paths': 'off', 'max-lines': ['error', 600], 'max-lines-per-function': 'off', 'no-restricted-syntax': 'off'},
  },
);
