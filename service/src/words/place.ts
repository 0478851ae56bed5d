import {VERBS, type Way} from '@disaster-recovery/contract';

const NAMES = {cli: 'drctl', chat: '/dr'} as const satisfies Record<Way, string>;
// Longest first, so that `sso switch-back` is not taken for `sso switch`.
const VERB_NAMES = Object.keys(VERBS).sort((a, b) => b.length - a.length) as (keyof typeof VERBS)[];

/**
 * The same words for a reader in another place: a command that can be typed there is named as it is typed there. One that cannot stays as
 * it is, and its name says where it belongs.
 */
export function inPlace(text: string, place: Way): string {
  return text.replaceAll(/(?<![\w/.-])(?:drctl|\/dr) ((?:sso )?[a-z][a-z-]*)/g, (command, typed: string) => {
    const verb = VERB_NAMES.find((name) => typed === name || typed.startsWith(`${name} `));
    const ways: readonly Way[] = verb === undefined ? [] : VERBS[verb].ways;
    return ways.includes(place) ? `${NAMES[place]} ${typed}` : command;
  });
}

/** Back-ticks around commands are for places that set them in type; a terminal shows the bare words. */
export function onTerminal(text: string): string {
  return inPlace(text, 'cli').replaceAll('`', '');
}
