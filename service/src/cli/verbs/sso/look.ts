import type {Run} from '../../verb.ts';
import {renderForecast, renderLockedOut, renderReadiness, renderSnapshot, renderSsoStatus} from '../../render_sso.ts';
import {renderReturnList} from '../../render_sso_plan.ts';
import {byShell, type SsoParts, type SsoRuns, type WithSso} from './parts.ts';

/** Verbs that look, and change nothing in Mattermost. */
export function lookVerbs(
  withSso: WithSso,
): SsoRuns<'sso status' | 'sso readiness' | 'sso forecast' | 'sso snapshot' | 'sso locked-out' | 'sso return-list'> {
  return {
    'sso status': looking(withSso, ({sso}) => sso.status(), renderSsoStatus),
    'sso readiness': looking(withSso, ({sso}) => sso.readiness(), renderReadiness),
    'sso forecast': looking(withSso, ({sso}) => sso.forecast(), renderForecast),
    'sso locked-out': looking(withSso, ({sso}) => sso.lockedOut(), renderLockedOut),
    'sso snapshot': looking(withSso, ({sso}) => sso.snapshot(byShell()), renderSnapshot),
    'sso return-list': looking(withSso, ({sso}) => sso.returnList(), renderReturnList),
  };
}

function looking<Value>(
  withSso: WithSso,
  ask: (parts: SsoParts) => Promise<Value>,
  render: (value: Value) => string,
): Run<undefined> {
  return ({options, output}) =>
    withSso(options, async (parts) => {
      const value = await ask(parts);
      output.say(render(value));
      return {value};
    });
}
