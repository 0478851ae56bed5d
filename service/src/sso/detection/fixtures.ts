import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {BridgeProbes, ProbeClass} from '@disaster-recovery/contract';
import {Config} from '../../config/schema.ts';
import type {ProbeTarget} from '../../engines/provider/port.ts';
import {classifyBridgeProbe} from '../../engines/provider/probe_classes.ts';
import {createLog} from '../../kernel/log.ts';
import {openState, type State} from '../../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../../ledger/index.ts';
import {DETECTION_TABLES} from './store.ts';
import {createProviderWatch, type ProviderWatchParts} from './watch_providers.ts';

const settings = Config.in.shape.sso.parse({
  probe: {interval_seconds: 30, rounds_down: 3, minimum_down_seconds: 60, rounds_up: 2},
}).probe;
export const http = (probe: 'authorize' | 'token', provider = 'gitlab'): ProbeTarget => ({
  kind: 'http',
  provider,
  probe,
  url: 'https://idp.test/',
  client_id: 'client-1',
});
export const ldap: ProbeTarget = {
  kind: 'ldap',
  provider: 'ldap',
  probe: 'ldap:dc1:389',
  url: 'ldap://dc1:389',
  start_tls: false,
  bind_dn: 'cn=mm',
  bind_password: 'bind-pw',
  base_dn: '',
};

export type World = ReturnType<typeof aWorld>;

/** A watch in a world of fakes: what the provider answers can be changed between rounds. */
export function aWorld(changes: Partial<ProviderWatchParts> = {}, directory = mkdtempSync(join(tmpdir(), 'watch-'))) {
  const state: State = openState(directory, [LEDGER_TABLE, DETECTION_TABLES]);
  const world = {
    now: 1_000_000,
    companion: 'ok' as ProbeClass,
    status: 302 as number,
    bridge: true,
    controls: true as boolean | null,
    targets: [http('authorize'), http('token')] as ProbeTarget[] | null,
    logins: [] as BridgeProbes['logins'],
    told: [] as string[],
    deaf: false,
  };
  const clock = {now: () => world.now, sleep: async () => undefined};
  const ledger = createLedger(state, clock);
  const tell = (word: string): void => {
    if (world.deaf) {
      throw new Error('chat is down');
    }
    world.told.push(word);
  };
  const watch = createProviderWatch({
    state,
    clock,
    ledger,
    log: createLog('silent'),
    settings,
    targets: async () => {
      if (world.targets === null) {
        throw new Error('unreadable');
      }
      return world.targets;
    },
    probe: async ({provider, probe}) => ({
      provider,
      probe,
      outcome: world.companion,
      message: `idp.test is ${world.companion}.`,
      ms: 5,
    }),
    controls: async () => world.controls,
    bridgeProbes: async () =>
      world.bridge
        ? {
            probes: [
              {
                provider: 'gitlab',
                probe: 'authorize',
                status: world.status,
                error: world.status === 0 ? 'refused' : '',
                ms: 7,
              },
            ],
            logins: world.logins,
          }
        : null,
    classify: classifyBridgeProbe,
    onSuspected: async ({provider, message}) => tell(`suspected ${provider}: ${message}`),
    onRecovered: async (provider) => tell(`recovered ${provider}`),
    ...changes,
  });
  const rounds = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      world.now += 30_000;
      await watch.round(new AbortController().signal);
    }
  };
  return Object.assign(world, {
    watch,
    rounds,
    state,
    directory,
    entries: () => [...ledger.entries()].map(({kind, data}) => ({kind, data})),
  });
}

export const breakIt = (world: World): void => {
  Object.assign(world, {companion: 'unreachable', status: 0});
};
export const mend = (world: World): void => {
  Object.assign(world, {companion: 'ok', status: 302});
};
