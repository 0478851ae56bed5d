/** Does `work` for every item, at most `width` at a time. The results keep the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();

  async function lane(): Promise<void> {
    for (const [index, item] of queue) {
      results[index] = await work(item, index);
    }
  }

  await Promise.all(Array.from({length: width}, lane));
  return results;
}
