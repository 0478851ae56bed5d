import type {ReadinessCheck} from '@disaster-recovery/contract';
import type {Facts, ReadinessConfig} from './facts.ts';

export type Finding = Pick<ReadinessCheck, 'outcome' | 'message'> & {remedy?: string};

/** A check with its finding. Pure: the same facts give the same advice. */
export function check(name: string, weight: number, finding: Finding): ReadinessCheck {
  return {name, weight, outcome: finding.outcome, message: finding.message, remedy: finding.remedy ?? null};
}

export const NOT_READ: Finding = {
  outcome: 'skipped',
  message: 'The configuration in force could not be read, so this was not checked.',
  remedy: 'Enroll the plugin, or run this on the server of Mattermost.',
};

export function withConfig({config}: Facts, look: (config: ReadinessConfig) => Finding): Finding {
  return config === null ? NOT_READ : look(config);
}
