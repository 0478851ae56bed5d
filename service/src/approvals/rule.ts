/** Whom a plan touches: what decides, whatever the verb is called and whichever option chose them. */
export type Reach = {
  people: number;
  /** How many it could touch at most. */
  of: number;
  /** System administrators among them, without the one who asks. */
  administrators: number;
};

/** One person may act for a handful, as they do when they let people in one by one. */
const HANDFUL = 5;
const SHARE = 0.25;

/**
 * Why one person's word is not enough; null when it is. `before`: how many were touched already on one person's word, so that many
 * small steps are not a way around.
 */
export function whyTwo({people, of, administrators}: Reach, before: number): string | null {
  if (people === 0) {
    return null;
  }
  if (administrators > 0) {
    return `${administrators} other system ${administrators === 1 ? 'administrator is' : 'administrators are'} among them`;
  }
  const all = people + before;
  const isMany = all >= of || (all > HANDFUL && all >= of * SHARE);
  const earlier = before > 0 ? `, with the ${before} before` : '';
  return isMany ? `that is ${Math.min(100, Math.round((all / Math.max(of, 1)) * 100))} % of all${earlier}` : null;
}
