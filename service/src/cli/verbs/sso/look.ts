import {plainRun} from '../../plain_run.ts';
import {renderForecast, renderLockedOut, renderReadiness, renderSnapshot, renderSsoStatus} from '../../render_sso.ts';
import {renderReturnList} from '../../render_sso_plan.ts';
import {byShell, type SsoRuns, type WithSso} from './parts.ts';

/** Verbs that look, and change nothing in Mattermost. */
export function lookVerbs(
  withSso: WithSso,
): SsoRuns<'sso status' | 'sso readiness' | 'sso forecast' | 'sso snapshot' | 'sso locked-out' | 'sso return-list'> {
  return {
    'sso status': plainRun(({options}) => withSso(options, ({sso}) => sso.status()), renderSsoStatus),
    'sso readiness': plainRun(({options}) => withSso(options, ({sso}) => sso.readiness()), renderReadiness),
    'sso forecast': plainRun(({options}) => withSso(options, ({sso}) => sso.forecast()), renderForecast),
    'sso locked-out': plainRun(({options}) => withSso(options, ({sso}) => sso.lockedOut()), renderLockedOut),
    'sso snapshot': plainRun(({options}) => withSso(options, ({sso}) => sso.snapshot(byShell())), renderSnapshot),
    'sso return-list': plainRun(({options}) => withSso(options, ({sso}) => sso.returnList()), renderReturnList),
  };
}
