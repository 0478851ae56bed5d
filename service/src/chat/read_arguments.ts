import {optionsOf, type Option, type Verb} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import type {Typed} from '../verbs/index.ts';
import {nearest} from './nearest.ts';

type Given = {name: string; option: Option; value: string; isInline: boolean};

/**
 * The words after a verb by option: the last text of one that takes a value, all texts of one that takes several, which may be repeated, hold commas or be
 * followed by several words.
 * @throws Failure USAGE_INVALID
 */
export function readArguments(verb: Verb, words: readonly string[]): Typed {
  const options: Record<string, string | string[] | true> = {};
  const addTo = (list: string, text: string): void => {
    const former = options[list];
    options[list] = [...(Array.isArray(former) ? former : []), text];
  };
  let subject: string | undefined;
  let openList: string | null = null;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('--')) {
      const {name, option, value, isInline} = readOption(verb, word, words[index + 1]);
      index += isInline || option.value === undefined ? 0 : 1;
      openList = takesSeveral(option) ? name : null;
      if (openList === null) {
        options[name] = option.value === undefined ? true : value;
      } else {
        addTo(name, value);
      }
    } else if (verb.subject !== undefined && subject === undefined) {
      subject = word;
    } else if (openList !== null) {
      addTo(openList, word);
    } else {
      throw new Failure('USAGE_INVALID', `“${word}” is one word too many. Put text with spaces in quotes.`);
    }
  }
  if (verb.subject && !verb.subject.optional && subject === undefined) {
    throw new Failure('USAGE_INVALID', `${verb.subject.called} is missing.`);
  }
  return {subject, options};
}

function takesSeveral({reads}: Option): boolean {
  return reads === 'list' || reads === 'accounts';
}

function readOption(verb: Verb, word: string, next: string | undefined): Given {
  const [name = '', ...inline] = word.slice(2).split('=');
  const known = optionsOf(verb, 'chat');
  const option = known.find(([it]) => it === name)?.[1];
  if (option === undefined) {
    const meant = nearest(
      name,
      known.map(([it]) => it),
    );
    throw new Failure('USAGE_INVALID', `There is no option --${name}.${meant ? ` Did you mean --${meant}?` : ''}`);
  }
  const isInline = inline.length > 0;
  if (option.value === undefined) {
    if (isInline) {
      throw new Failure('USAGE_INVALID', `--${name} takes no value.`);
    }
    return {name, option, value: '', isInline};
  }
  const value = isInline ? inline.join('=') : next;
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw new Failure('USAGE_INVALID', `--${name} needs a value.`);
  }
  return {name, option, value, isInline};
}
