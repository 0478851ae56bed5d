/** The word that was probably meant, or null when none is near. */
export function nearest<Word extends string>(typed: string, words: readonly Word[]): Word | null {
  const ranked = words
    .map((word) => ({word, distance: typed.length >= 2 && word.startsWith(typed) ? 0 : editDistance(typed, word)}))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null;
}

/** Letters to add, remove or change (Levenshtein). Long input is cut: it is near nothing. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, index) => index);
  for (const [i, letter] of Array.from(a.slice(0, 40)).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (b[j - 1] === letter ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
