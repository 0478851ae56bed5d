// Measures an SSO outage on a real server: `node bench/sso.ts --people 5000`, at a quarter of that number and at all of it.
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {startSsoServer, type SsoServer} from '../test/harness/sso_server.ts';
import {waitFor} from '../test/harness/wait_for.ts';
import {DRCTL} from './contestants.ts';
import {describeMachine, requirePrograms} from './machine.ts';
import {createPeer, type Peer} from './sso_peer.ts';
import {
  byHand,
  eachOf,
  letInByPlugin,
  letInByShell,
  outageBegins,
  outageEnds,
  peakOf,
  requireAllBack,
  verb,
  type Bench,
  type Phase,
} from './sso_phases.ts';
import {ssoTable} from './sso_report.ts';

const {
  values: {people: wanted},
} = parseArgs({options: {people: {type: 'string', default: '5000'}}});
const FULL = Number(wanted);
const ONE_BY_ONE = 25;
const HOUR = 3_600_000;

requirePrograms(DRCTL);
const machine = await describeMachine();
const at = new Date().toISOString();
const phases: Phase[] = [];
console.log(`Machine: ${JSON.stringify(machine)}`);
for (const people of [Math.round(FULL / 4), FULL]) {
  await measureAt(people);
}
console.log(`\n${ssoTable(phases)}`);

async function measureAt(people: number): Promise<void> {
  const server = await startSsoServer({
    people: 2,
    extraSsoRows: people,
    // Half of them are locked out; the others are told of the switch by the bot.
    extraSessions: (index) => (index % 2 === 0 ? [] : [{expiresAt: Date.now() + 24 * HOUR}]),
    sso: {canary_minutes: 10},
  });
  const bench: Bench = {server, people, tell};
  try {
    await waitFor(
      'the provider to be seen up',
      async () => (await server.drctl('sso', 'status')).value.detection.providers[0]?.state === 'up',
      60,
    );
    const peer = createPeer(server);
    // A switch goes by name: who is let in is taken from the end, so that most of them are not switched yet when their turn comes.
    const names = server.extras.map(({username}) => username).sort((a, b) => a.localeCompare(b));
    await look(bench, peer);
    await wholeOutage(bench, peer, names);
    await letInDuringSwitch(bench, names);
    tell({
      people,
      name: 'the companion, all the time',
      contestant: 'drctl',
      seconds: 0,
      memory: {node: await peakOf(server.companion().pid())},
    });
    await switchByHand(bench, peer);
  } finally {
    await server.stop();
  }
}

/** What changes nothing. */
async function look(bench: Bench, peer: Peer): Promise<void> {
  const {
    server: {directory},
  } = bench;
  await verb(bench, 'snapshot', 'snapshot');
  await verb(bench, 'snapshot, nothing new', 'snapshot');
  await byHand(bench, 'snapshot', () => peer.snapshot(join(directory, 'by_hand.jsonl')));
  await verb(bench, 'forecast', 'forecast');
  await byHand(bench, 'forecast', () => peer.forecast());
}

/** A few one by one, then everybody there and back, while nothing else is asked of drctl. */
async function wholeOutage(bench: Bench, peer: Peer, names: string[]): Promise<void> {
  const {server} = bench;
  await outageBegins(bench);
  await eachOf(bench, 'drctl', 'let in, shell', names.splice(-ONE_BY_ONE), (name) => letInByShell(bench, name));
  await eachOf(bench, 'drctl', 'let in, plugin', names.splice(-ONE_BY_ONE), (name) => letInByPlugin(bench, name));
  await verb(bench, 'switch of everyone', 'switch', '--everyone', '--yes');
  await verb(bench, 'return list', 'return-list');
  await byHand(bench, 'return list', () => peer.compare(join(server.directory, 'by_hand.jsonl')));
  await outageEnds(bench, 'switch back of everyone');
  await requireAllBack(server, sample(server));
}

/** People let in while everybody is being switched. */
async function letInDuringSwitch(bench: Bench, names: string[]): Promise<void> {
  const {server} = bench;
  await outageBegins(bench);
  const everyone = verb(bench, 'switch of everyone, others let in', 'switch', '--everyone', '--yes');
  await waitFor('the switch to begin', async () => (await server.row(names[0]!)).authservice === '', 120);
  await eachOf(bench, 'drctl', 'let in, plugin, during a switch', names.splice(-ONE_BY_ONE), (name) =>
    letInByPlugin(bench, name),
  );
  await eachOf(bench, 'drctl', 'let in, shell, during a switch', names.splice(-ONE_BY_ONE), (name) =>
    letInByShell(bench, name),
  );
  console.log(
    `The switch of everyone ${(await isRunning(everyone)) ? 'was still running' : 'HAD ENDED BEFORE'} the last of them.`,
  );
  await everyone;
}

/** The same people: first back from what drctl switched, then, as they were at the start, there again. */
async function switchByHand(bench: Bench, peer: Peer): Promise<void> {
  const {server} = bench;
  const [some, all] = [server.extras.slice(0, ONE_BY_ONE), server.extras];
  await server.companion().stop();
  await byHand(bench, 'switch back of everyone', () => peer.switchBack(all));
  await requireAllBack(server, sample(server));
  await byHand(bench, 'switch of everyone', () => peer.switchEveryone(all.map(({userId}) => userId)));
  await peer.switchBack(some);
  await eachOf(bench, 'by hand', 'let in', some, ({userId}) => peer.letIn(userId));
}

function sample({extras}: SsoServer): SsoServer['extras'] {
  return extras.filter((_, index) => index % 10 === 0);
}

async function isRunning(work: Promise<unknown>): Promise<boolean> {
  return await Promise.race([
    work.then(() => false),
    new Promise<boolean>((resolve) => {
      setTimeout(resolve, 20, true);
    }),
  ]);
}

function tell(phase: Phase): void {
  phases.push(phase);
  console.log(
    `${phase.people} people, ${phase.name}, ${phase.contestant}: ${phase.seconds.toFixed(1)} s${phase.steps && Object.keys(phase.steps).length > 0 ? ` ${JSON.stringify(phase.steps)}` : ''}`,
  );
  // After each result: what was measured before an interruption is true as well.
  void save();
}

async function save(): Promise<void> {
  const folder = new URL('results/', import.meta.url);
  await mkdir(folder, {recursive: true});
  await writeFile(
    new URL(`sso-${at.replaceAll(':', '')}.json`, folder),
    JSON.stringify({at, machine, phases}, undefined, 2),
  );
}
