import type {Message} from './port.ts';

const STATES = {began: '', ended: 'Over: ', test: 'Test: '} as const;

/** `Disaster Recovery: BACKUP_LATE`, in letters that a header can hold. */
export function headline({code, state, about}: Message): string {
  return `Disaster Recovery: ${STATES[state]}${code}${about === null ? '' : ` (${about})`}`.replaceAll(/[^ -~]/g, '?');
}

/** For people, in any text. */
export function inWords(message: Message): string {
  const {state, site, message: says, meaning, remedy, since, ended_at: ended} = message;
  const when = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  const lines =
    state === 'ended'
      ? [
          `It began at ${when} UTC and was over at ${new Date(ended ?? since).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
          says,
        ]
      : [says, meaning, `What to do: ${remedy}`];
  return [headline(message), ...(site === null ? [] : [site]), ...lines].join('\n');
}
