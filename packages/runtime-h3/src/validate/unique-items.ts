/**
 * Returns whether no two items are equal JSON values. The order of keys does not matter. Compares
 * in sorted order, so that nested lists of distinct items cost no more than their size times its
 * logarithm.
 */
export function hasUniqueItems(items: readonly unknown[]): boolean {
  const plain = new Set<unknown>();
  const nested: object[] = [];
  for (const item of items) {
    if (typeof item === 'object' && item !== null) nested.push(item);
    else if (plain.has(item)) return false;
    else plain.add(item);
  }
  if (nested.length < 2) return true;
  nested.sort(compareJson);
  return nested.every((item, index) => index === 0 || compareJson(nested[index - 1], item) !== 0);
}

const RANK = { undefined: 0, boolean: 1, number: 2, string: 3, object: 4 } as Record<
  string,
  number
>;

/** Orders JSON values. Compares sizes first, so that the cost is that of the smaller value. */
function compareJson(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (a === null || b === null) return a === null ? -1 : 1;
    const rank = (RANK[typeof a] ?? 0) - (RANK[typeof b] ?? 0);
    return rank === 0 ? compareOrdered(a as string, b as string) : rank;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return Array.isArray(a) ? -1 : 1;
    return a.length - b.length || compareEach(a.length, (index) => compareJson(a[index], b[index]));
  }
  const left = Object.keys(a);
  const right = Object.keys(b);
  if (left.length !== right.length) return left.length - right.length;
  left.sort();
  right.sort();
  return (
    compareEach(left.length, (index) => compareOrdered(left[index]!, right[index]!)) ||
    compareEach(left.length, (index) => compareJson(field(a, left[index]!), field(b, left[index]!)))
  );
}

function compareEach(length: number, compare: (index: number) => number): number {
  for (let index = 0; index < length; index++) {
    const order = compare(index);
    if (order !== 0) return order;
  }
  return 0;
}

function field(object: object, key: string): unknown {
  return (object as Record<string, unknown>)[key];
}

function compareOrdered(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
