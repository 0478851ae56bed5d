import {seededRandom} from '../../test/harness/random.ts';
import type {Random} from '../../test/harness/random.ts';

const SYLLABLES =
  'ba ko ri ten mul sha der in for ver ge con pro ta lo mi ne ra su ti vo wa zen que ph ost ing er ly ment'.split(' ');
const REAL = (
  'the a to and of in is it you that we for on with this have not are be as at can will the just please thanks yes no ok deploy server build ' +
  'release ticket meeting tomorrow broken works again review merge Größe Maß für nicht über müssen übung être déjà façon à où niño mañana ' +
  'привет сервер работает спасибо завтра שלום תודה مرحبا شكرا 障害 対応 手順 更新 ありがとう 你好 服务器 😀 👍 🎉 🚀 👩‍👩‍👧 :tada: @all @channel ~town-square'
).split(' ');

/** Some thousand words of several scripts; the real ones are said more often. */
export function vocabulary(seed: number): string[] {
  const random = seededRandom(seed);
  const made = Array.from({length: 4000}, () =>
    Array.from({length: 1 + random.below(4)}, () => random.pick(SYLLABLES)).join(''),
  );
  return [...made, ...Array.from({length: 40}, () => REAL).flat()];
}

/** Most messages are a line, some a paragraph, few a page, as in a chat. */
export function message(words: readonly string[], random: Random): string {
  const kind = random.below(100);
  const length = kind < 70 ? 1 + random.below(14) : kind < 97 ? 10 + random.below(50) : 100 + random.below(400);
  let text = random.pick(words);
  for (let index = 1; index < length; index += 1) {
    text += (index % 17 === 16 ? '\n' : ' ') + random.pick(words);
  }
  return text;
}
