import type {Verb} from '../../verb.ts';
import {renderForecast, renderReadiness, renderSnapshot, renderSsoStatus} from '../../render_sso.ts';
import {renderReturnList} from '../../render_sso_plan.ts';
import {byShell, type SsoParts, type WithSso} from './parts.ts';

/** Verbs that look, and change nothing in Mattermost. */
export function lookVerbs(
  withSso: WithSso,
): Record<'status' | 'readiness' | 'forecast' | 'snapshot' | 'return-list', Verb> {
  return {
    status: looking(
      withSso,
      'is the provider up, who is locked out, what to do next',
      ({sso}) => sso.status(),
      renderSsoStatus,
    ),
    readiness: looking(
      withSso,
      'would this server survive an SSO outage?',
      ({sso}) => sso.readiness(),
      renderReadiness,
    ),
    forecast: looking(withSso, 'who is locked out now, and who next', ({sso}) => sso.forecast(), renderForecast),
    snapshot: looking(
      withSso,
      'take an identity snapshot now: how everybody signs in',
      ({sso}) => sso.snapshot(byShell()),
      renderSnapshot,
    ),
    'return-list': looking(
      withSso,
      'who and what is not back yet, conflicts first',
      ({sso}) => sso.returnList(),
      renderReturnList,
    ),
  };
}

function looking<Value>(
  withSso: WithSso,
  says: string,
  ask: (parts: SsoParts) => Promise<Value>,
  render: (value: Value) => string,
): Verb {
  return {
    describe: (command) => command.description(says),
    run: ({options, output}) =>
      withSso(options, async (parts) => {
        const value = await ask(parts);
        output.say(render(value));
        return {value};
      }),
  };
}
