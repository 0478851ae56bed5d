import type {Run, Runs} from '../verb.ts';
import type {SsoVerb} from './sso/parts.ts';

/** What each verb of the contract does on a shell, loaded when it is used. */
export const RUNS: Runs = {
  init: async () => (await import('./init.ts')).init,
  serve: async () => (await import('./serve.ts')).serve,
  enroll: async () => (await import('./enroll.ts')).enroll,
  backup: async () => (await import('./backup.ts')).backup,
  list: async () => (await import('./sets.ts')).list,
  show: async () => (await import('./sets.ts')).show,
  verify: async () => (await import('./verify.ts')).verify,
  restore: async () => (await import('./restore.ts')).restore,
  copies: async () => (await import('./copies.ts')).copies,
  copy: async () => (await import('./copies.ts')).copy,
  probe: async () => (await import('./probe.ts')).probe,
  status: async () => (await import('./status.ts')).status,
  'schedule list': async () => (await import('./schedule.ts')).list,
  'schedule preview': async () => (await import('./schedule.ts')).preview,
  'schedule run': async () => (await import('./schedule.ts')).run,
  'schedule pause': async () => (await import('./schedule.ts')).pause,
  'schedule resume': async () => (await import('./schedule.ts')).resume,
  'policy show': async () => (await import('./policy.ts')).show,
  'policy set': async () => (await import('./policy.ts')).set,
  'policy edit': async () => (await import('./policy.ts')).edit,
  'keep preview': async () => (await import('./keep.ts')).preview,
  'keep apply': async () => (await import('./keep.ts')).apply,
  hold: async () => (await import('./keep.ts')).hold,
  release: async () => (await import('./keep.ts')).release,
  'notify test': async () => (await import('./notify.ts')).test,
  'sso status': sso('sso status'),
  'sso readiness': sso('sso readiness'),
  'sso snapshot': sso('sso snapshot'),
  'sso forecast': sso('sso forecast'),
  'sso locked-out': sso('sso locked-out'),
  'sso declare': sso('sso declare'),
  'sso set-again': sso('sso set-again'),
  'sso extend-sessions': sso('sso extend-sessions'),
  'sso switch': sso('sso switch'),
  'sso let-in': sso('sso let-in'),
  'sso claim-sheet': sso('sso claim-sheet'),
  'sso admin-access': sso('sso admin-access'),
  'sso return-list': sso('sso return-list'),
  'sso switch-back': sso('sso switch-back'),
  'sso resolve': sso('sso resolve'),
  'sso close': sso('sso close'),
  approve: async () => (await import('./approve.ts')).approve,
  jobs: async () => (await import('./jobs.ts')).jobs,
  cancel: async () => (await import('./jobs.ts')).cancel,
  doctor: async () => (await import('./doctor.ts')).doctor,
  config: async () => (await import('./config.ts')).config,
};

/** The verb that was typed. Its words passed the same table, so there is one. */
export function runOf(name: string): Promise<Run> {
  return RUNS[name as keyof Runs]() as Promise<Run>;
}

function sso<Name extends SsoVerb>(name: Name): Runs[Name] {
  return (async () => {
    const [{createSsoVerbs}, {withCompanion}] = await Promise.all([
      import('./sso/index.ts'),
      import('../companion.ts'),
    ]);
    return createSsoVerbs(withCompanion)[name];
  }) as Runs[Name];
}
