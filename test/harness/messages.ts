import type {Random} from './random.ts';

const SENTENCES: readonly string[] = [
  'The rollout is done, thank you all.',
  'Можно начинать в 14:00 по Москве.',
  'שלום לכולם, הפגישה נדחתה למחר (12:30).',
  'مرحبا، تم تحديث الخادم رقم 7 بنجاح.',
  '障害対応の手順を更新しました。',
  'Zażółć gęślą jaźń – und größere Übungen.',
  '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 :tada: emoji of several code points',
  "`SELECT 'quoted', \"double\", $1, E'\\\\x00'` and a \\ backslash",
  '```sh\ncat <<EOF | tee "$HOME/a b"\nEOF\n```',
  '| a | b |\n|---|---|\n| 1 | ½ |',
  'e\u0301 is not \u00e9, \u202Ethis is turned round\u202C, zero\u200Bwidth',
  'Tab\there, trailing spaces   ',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 beyond the first plane',
  '@all @channel @here #notag ~town-square',
  '<script>alert("no")</script> &amp; %00 %s {} ${x}',
];

/** A message: one to three sentences, rarely a very long one. `number` makes it unique. */
export function message(number: number, random: Random): string {
  const sentences = Array.from({length: 1 + random.below(3)}, () => random.pick(SENTENCES));
  const long = random.below(60) === 0 ? `\n${'A long tale. '.repeat(900)}` : '';
  return `#${number} ${sentences.join('\n\n')}${long}`;
}
