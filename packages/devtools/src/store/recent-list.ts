/** The latest items that were added, at most a fixed number of them. */
export interface RecentList<Item> {
  add(item: Item): void;
  filter(matches: (item: Item) => boolean): Item[];
  /**
   * Visits items from the newest on.
   *
   * @param cursor position of the first one, as an earlier call returned it
   */
  newestFirst(cursor?: string): Iterable<[position: number, Item]>;
}

export function createRecentList<Item>(limit: number): RecentList<Item> {
  let items: Item[] = [];
  /** Items that were removed; positions count them, so that a position stays the same. */
  let removed = 0;
  return {
    add(item) {
      items.push(item);
      if (items.length < limit * 1.1) return;
      removed += items.length - limit;
      items = items.slice(-limit);
    },
    filter: (matches) => items.filter(matches),
    *newestFirst(cursor) {
      const start = cursor === undefined ? items.length - 1 : Number(cursor) - removed;
      for (let index = Math.min(start, items.length - 1); index >= 0; index--)
        yield [index + removed, items[index]!];
    },
  };
}
