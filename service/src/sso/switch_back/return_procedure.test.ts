import {beforeEach, describe, expect, test} from '@jest/globals';
import {SwitchBackResult, type Job} from '@disaster-recovery/contract';
import {beHealthy, createOutage, HOUR_MS, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';
import {createSsoStore} from '../store/store.ts';

const original = (user: string) => ({service: 'gitlab', data: String(1000 + Number(user.slice(-3)))});

let bench: Bench;
let people: string[];
/** How many accounts each write to Mattermost held. */
let writes: number[];

beforeEach(async () => {
  ({bench, people} = await createOutage());
  await bench.switched(people);
  bench.pass(HOUR_MS);
  writes = [];
});

type Changes = Parameters<Bench['beside']>[0];

/** Another process on the same state, whose writes are counted. */
const companion = (changes: Changes = {}): Bench =>
  bench.beside({
    writer: async () => ({
      ...bench.world.writer,
      changeSignIn: (asked, signal) => {
        writes.push(asked.length);
        return bench.world.writer.changeSignIn(asked, signal);
      },
    }),
    ...changes,
  });

/** Switches everyone back, after the provider was looked at. */
const checked = (of: Bench, resumeSync = false): Promise<Job> => {
  beHealthy(of);
  return of.run(of.sso.startSwitchBack({without_provider_check: false, resume_sync: resumeSync}, ROOT));
};
const signInNow = (user: string, kind: 'sso' | 'password' = 'sso') => {
  bench.world.addSession({id: `now-${user}`, user, kind, created_at: bench.now()});
};
const notes = (): string =>
  (bench.state.db.prepare(`SELECT body FROM events WHERE type = 'note'`).all() as {body: string}[])
    .map(({body}) => body)
    .join('\n');
const whoIsBack = () => people.filter((user) => bench.signIn(user)?.service === 'gitlab');

/** What happens during the wait before the second look. */
const atSecondLook = (happens: () => void | Promise<void>, changes: Changes = {}): Bench => {
  const other = companion({policy: {second_look_seconds: 60}, ...changes});
  const {sleep} = other.engines.clock;
  other.engines.clock.sleep = async (ms, signal) => {
    if (ms === 60_000) {
      await happens();
    }
    return sleep(ms, signal);
  };
  return other;
};
const repeated = () => bench.entriesOf('sso.switch_back_done').at(-1)?.data['reverted_and_repeated'];

describe('the provider is looked at', () => {
  test('again when the job begins: if it has gone meanwhile nobody is changed, and what is not right is named', async () => {
    const {accounts} = bench.world;
    const other = companion({
      accounts: {
        ...accounts,
        async *stream(filter) {
          yield* accounts.stream(filter);
          bench.pass(100_000);
        },
      },
    });
    const job = await checked(other);
    expect(job.error).toMatchObject({code: 'PROVIDER_NOT_HEALTHY'});
    expect([writes, whoIsBack(), (await bench.sso.status()).state]).toEqual([[], [], 'open']);
  });

  test('and only what is not right is named', async () => {
    beHealthy(bench);
    bench.pass(-HOUR_MS);
    beHealthy(bench);
    bench.state.db.exec(`UPDATE sso_tracks SET track = json_set(track, '$.rounds_up', 0)`);
    const refusal = bench.sso.startSwitchBack({without_provider_check: false, resume_sync: false}, ROOT);
    await expect(refusal).rejects.toMatchObject({
      code: 'PROVIDER_NOT_HEALTHY',
      message: 'Not every provider is up: gitlab is up.',
      details: {gates: [{name: 'provider healthy'}]},
    });
  });

  test('or not at all, which the ledger keeps with what was not right', async () => {
    expect(await bench.returned()).toMatchObject({returned: 12, provider_check: 'overridden'});
    expect(bench.entriesOf('sso.provider_check_overridden')).toMatchObject([
      {data: {gates: [{name: 'watched'}, {name: 'provider healthy'}]}},
    ]);
  });
});

describe('one goes first', () => {
  test('and all others stay switched until somebody has signed in through the provider', async () => {
    const {accounts} = bench.world;
    const seen: string[][] = [];
    const other = companion({
      accounts: {
        ...accounts,
        newestSsoLogin: async (since, users) => {
          seen.push(whoIsBack());
          if (seen.length === 3) {
            signInNow('person001');
          }
          return accounts.newestSsoLogin(since, users);
        },
      },
    });
    const result = SwitchBackResult.parse((await checked(other)).result);
    expect(new Set(seen.map(String))).toEqual(new Set(['person001']));
    expect(result).toMatchObject({returned: 12, provider_check: 'passed'});
    expect(bench.entriesOf('sso.canary_proven')).toMatchObject([{data: {user: 'person001'}}]);
    expect(writes).toEqual([1, 5, 6]);
  });

  test('and nobody else is touched when nobody signs in, in time; sign-ins of before and with a password prove nothing', async () => {
    signInNow('person002', 'password');
    bench.world.addSession({id: 'before', user: 'person001', kind: 'sso', created_at: bench.now() - 5001});
    const begun = bench.now();
    const job = await checked(companion());
    expect(job.error).toMatchObject({
      code: 'CANARY_NOT_PROVEN',
      message: expect.stringContaining('within 1 minutes after @person001 was switched back'),
    });
    expect([whoIsBack(), writes]).toEqual([['person001'], [1]]);
    expect(bench.now() - begun).toBeGreaterThan(60_000);
    expect((await bench.sso.returnList()).count).toBe(11);
  });

  test('and a clock of Mattermost that is a little behind does not hide the sign-in', async () => {
    bench.world.addSession({id: 'behind', user: 'person001', kind: 'sso', created_at: bench.now() - 4000});
    expect((await checked(companion())).status).toBe('success');
  });

  test('and the sign-in of another proves it as well', async () => {
    bench.world.put({id: 'zoe', sign_in: {service: 'gitlab', data: '77'}});
    signInNow('zoe');
    expect((await checked(companion())).status).toBe('success');
    expect(bench.entriesOf('sso.canary_proven')).toMatchObject([{data: {user: 'zoe'}}]);
  });

  test('and it is their own sign-in that is noted, when others have signed in since', async () => {
    bench.world.put({id: 'zoe', sign_in: {service: 'gitlab', data: '77'}});
    signInNow('person001');
    bench.pass(1);
    signInNow('zoe');
    await checked(companion());
    expect(bench.entriesOf('sso.canary_proven')).toMatchObject([{data: {user: 'person001'}}]);
  });

  test('but nobody is waited for when everybody who is left needs a decision', async () => {
    await bench.returned(people.slice(1));
    bench.world.put({id: 'person001', deleted_at: 1});
    const job = await checked(companion());
    expect([job.status, job.error, writes]).toEqual(['warning', null, []]);
  });
});

describe('all others follow', () => {
  test('five, then fifty, then the rest, at the pace of the settings', async () => {
    const more = Array.from({length: 50}, (_, index) => `person${String(index + 13).padStart(3, '0')}`);
    more.forEach((id) => {
      bench.world.put({id, sign_in: original(id), last_login_at: bench.now()});
    });
    await bench.switched(more);
    const begun = bench.now();
    const other = companion({policy: {changes_per_second: 2}});
    expect(await other.returned()).toMatchObject({returned: 62});
    expect(writes).toEqual([1, 5, 50, 6]);
    expect(bench.now() - begun).toBeGreaterThanOrEqual(31_000);
  });

  test('but nobody more once five in a row have failed; the reason of the last is told', async () => {
    people.slice(1, 6).forEach((id) => bench.world.failing.add(id));
    const job = await companion().run(
      bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT),
    );
    expect(job.error).toMatchObject({
      code: 'ERROR_BUDGET_SPENT',
      message: '5 accounts in a row could not be switched back; the last one: It was made to fail.',
    });
    expect(whoIsBack()).toEqual(['person001']);
  });

  test('also when some failed in each group, with others between them', async () => {
    [1, 2, 3, 6, 7, 8].forEach((index) => bench.world.failing.add(people[index]!));
    expect(await bench.returned()).toMatchObject({returned: 6, failed: 6});
  });
});

describe('the second look', () => {
  test.each<[string, Parameters<Bench['world']['put']>[0]]>([
    ['has a password again', {id: 'person002', sign_in: EMAIL, has_password: true}],
    ['has a password beside its sign-in', {id: 'person002', has_password: true}],
    ['lost its sign-in', {id: 'person002', sign_in: EMAIL, has_password: false}],
  ])('repeats an account that %s, and says which', async (_name, account) => {
    const other = atSecondLook(() => {
      bench.world.put(account);
    });
    expect(await other.returned()).toMatchObject({returned: 12, failed: 0});
    expect(bench.world.get('person002')).toMatchObject({sign_in: original('person002'), has_password: false});
    expect([repeated(), notes()]).toEqual([1, expect.stringContaining('1 account had a password again')]);
    expect(notes()).toContain('@person002');
  });

  test('repeats nobody, and says nothing, when all is well', async () => {
    await atSecondLook(() => undefined).returned();
    expect([repeated(), writes]).toEqual([0, [1, 5, 6]]);
    expect(notes()).not.toContain('password again');
  });

  test('repairs who had failed at first sight, and then that person counts as back', async () => {
    bench.world.lying.add('person003');
    const other = atSecondLook(() => {
      bench.world.lying.clear();
    });
    const job = await other.run(other.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect(job).toMatchObject({status: 'success', result: {returned: 12, failed: 0}});
    expect(bench.entriesOf('sso.switch_back_done')).toMatchObject([{data: {returned: 12, failed: 0}}]);
  });

  test('never says of somebody that they are back when they could not be given back again', async () => {
    const other = atSecondLook(() => {
      bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
      bench.world.failing.add('person002');
    });
    const job = await other.run(other.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect(job).toMatchObject({status: 'warning', result: {returned: 11, failed: 1}});
    expect((job.result as SwitchBackResult).people[0]).toMatchObject({username: 'person002', outcome: 'failed'});
  });

  test('lets a decision stand that a human took meanwhile', async () => {
    const other = atSecondLook(async () => {
      bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
      await bench.sso.resolve({user: 'person002', choice: 'leave', reason: 'wants a password'}, ROOT);
    });
    await other.returned();
    expect([bench.signIn('person002'), repeated()]).toEqual([EMAIL, 0]);
  });

  test('leaves a conflict to a human, and an account that is gone to nobody', async () => {
    const store = createSsoStore(bench.engines);
    const {accounts} = bench.world;
    let looks = 0;
    const byId: typeof accounts.byId = async (ids) => {
      looks += 1;
      if (looks === 1) {
        bench.world.put({id: 'person003', deleted_at: 1});
      }
      return accounts.byId(ids);
    };
    const other = atSecondLook(
      () => {
        bench.world.remove('person004');
      },
      {accounts: {...accounts, byId}},
    );
    expect(await other.returned()).toMatchObject({returned: 11, conflicts: 1});
    expect([repeated(), store.person(store.incident()!.id, 'person003')?.state]).toEqual([0, 'conflict']);
  });
});

describe('the directory does not know somebody', () => {
  const sync = () => bench.settings.find(({key}) => key === 'LdapSettings.EnableSync')?.value;
  const lost = () => companion({missingInDirectory: async () => ['uid=lost']});

  beforeEach(async () => {
    bench.world.put({id: 'lost', sign_in: {service: 'ldap', data: 'uid=lost'}});
    await bench.switched(['lost']);
  });

  test('whose account a sync would deactivate: it stays paused, all other settings go back, and it says whom', async () => {
    await lost().returned();
    expect([sync(), notes()]).toEqual([false, expect.stringContaining('The directory does not know 1 of')]);
    expect(notes()).toContain('@lost');
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(false);
  });

  test('and whoever says that this is right has the sync again', async () => {
    const other = lost();
    await other.run(other.sso.startSwitchBack({without_provider_check: true, resume_sync: true}, ROOT));
    expect([sync(), notes()]).toEqual([true, expect.not.stringContaining('directory')]);
  });

  test('and nothing is said when it knows everybody', async () => {
    await companion({missingInDirectory: async () => []}).returned();
    expect([sync(), notes()]).toEqual([true, expect.not.stringContaining('directory')]);
  });
});

describe('it has gone well only', () => {
  test('when somebody was given back', async () => {
    await bench.returned();
    const job = await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect([job.status, job.result]).toMatchObject(['warning', {returned: 0, failed: 0}]);
  });

  test('when nobody failed, and nobody turned out to be a conflict', async () => {
    bench.world.failing.add('person002');
    const failed = await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect([failed.status, failed.result]).toMatchObject(['warning', {failed: 1}]);
  });

  test('when nothing that was born of an outage password may live on', async () => {
    bench.world.addSession({id: 'stays', user: 'person002', kind: 'password', created_at: bench.now()});
    bench.world.failing.add('stays');
    const job = await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect([job.status, job.result]).toMatchObject(['warning', {returned: 12, failed: 0}]);
  });
});
