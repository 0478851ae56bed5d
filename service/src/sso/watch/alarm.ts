import {providerName, type Suspicion} from '@disaster-recovery/contract';
import {asFailure} from '../../kernel/failure.ts';
import {formatCount, formatHorizon} from '../../kernel/format.ts';
import type {SsoEngines} from '../engines.ts';
import {forecast} from '../locked_out/forecast.ts';
import {counted} from '../../words/plural.ts';

const SOON_MS = 8 * 3_600_000;

/** What an administrator reads who was woken by it: what, since when, who is hurt, what to do; what the probes saw comes last. */
export async function suspectedMessage(engines: SsoEngines, {provider, since, message}: Suspicion): Promise<string> {
  const name = providerName(provider);
  const clock = new Date(since).toISOString().slice(11, 16);
  return [
    `**${name} seems to have been down since ${clock} UTC.** ${await whoIsHurt(engines)} Nothing was changed.`,
    `**What to do:** look at \`/dr sso status\`. If it is an outage, declare it: \`/dr sso declare --reason "${name} is down"\`. Then keep people in (\`/dr sso extend-sessions\`) and let in who is locked out (\`/dr sso locked-out\`, \`/dr sso let-in USER\`).`,
    `Seen by the probes: ${message}`,
  ].join('\n\n');
}

async function whoIsHurt(engines: SsoEngines): Promise<string> {
  try {
    const {locked_out_now: now, curve} = await forecast(engines);
    const soon = (curve.find(({within_ms: within}) => within >= SOON_MS)?.locked_out ?? now) - now;
    const people = now === 0 ? 'Nobody is' : counted(now, 'person is', 'people are');
    return `${people} locked out now${soon > 0 ? `, ${formatCount(soon)} more within ${formatHorizon(SOON_MS)}` : ''}.`;
  } catch (error) {
    engines.log.warn({code: asFailure(error).code}, 'Who is locked out could not be counted.');
    return 'How many are locked out could not be counted: the database does not answer.';
  }
}
