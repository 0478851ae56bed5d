import {ExtendResult} from '@disaster-recovery/contract';
import {Failure} from '../../../kernel/failure.ts';
import {followJob} from '../../follow_job.ts';
import {renderIncident} from '../../render_sso.ts';
import {renderExtendResult, renderResolved, renderSetAgain} from '../../render_sso_plan.ts';
import type {RunOf} from '../../verb.ts';
import {byShell, type SsoRuns, type WithSso} from './parts.ts';

/** Verbs that begin, lead and end an incident. */
export function incidentVerbs(
  withSso: WithSso,
): SsoRuns<'sso declare' | 'sso set-again' | 'sso extend-sessions' | 'sso resolve' | 'sso close'> {
  return {
    'sso declare': declare(withSso),
    'sso set-again': setAgain(withSso),
    'sso extend-sessions': extend(withSso),
    'sso resolve': resolve(withSso),
    'sso close': close(withSso),
  };
}

const declare =
  (withSso: WithSso): RunOf<'sso declare'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso}) => {
      const incident = await sso.declare(asked, byShell());
      output.say(renderIncident(incident));
      return {value: incident};
    });
  };

const setAgain =
  (withSso: WithSso): RunOf<'sso set-again'> =>
  ({options, output}) =>
    withSso(options, async ({sso}) => {
      const result = await sso.setAgain(byShell());
      output.say(renderSetAgain(result));
      const failure =
        result.left.length > 0
          ? new Failure(
              'SETTING_LOCKED',
              `Not in force: ${result.left.map(({key, message}) => `${key}. ${message}`).join(' ')}`,
            )
          : undefined;
      return {value: result, ...(failure && {failure})};
    });

const extend =
  (withSso: WithSso): RunOf<'sso extend-sessions'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso, jobs}) => {
      const job = await followJob({jobs, output, lane: 'accounts'}, () => sso.extend(asked, byShell()));
      const result = ExtendResult.parse(job.result);
      output.say(renderExtendResult(result));
      return {
        value: {extend: result, job: job.id},
        ...(result.failed > 0 && {
          failure: new Failure(
            'MATTERMOST_REFUSED',
            `${result.failed} sessions could not be extended; the others are. Run it again.`,
          ),
        }),
      };
    });
  };

const resolve =
  (withSso: WithSso): RunOf<'sso resolve'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso}) => {
      const entry = await sso.resolve(asked, byShell());
      output.say(renderResolved(entry));
      return {value: entry};
    });
  };

const close =
  (withSso: WithSso): RunOf<'sso close'> =>
  ({options, output}) =>
    withSso(options, async ({sso}) => {
      const incident = await sso.close(byShell());
      output.say(renderIncident(incident));
      return {value: incident};
    });
