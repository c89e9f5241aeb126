/**
 * Returns the known word that a mistyped word is closest to, or `undefined` if none is close. A
 * close word starts with the mistyped one, or differs in at most two letters and a third of its
 * length. Leading dashes don't count.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const bare = withoutDashes(word);
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const other = withoutDashes(candidate);
    const distance = other.startsWith(bare) && bare.length > 1 ? 0 : editDistance(bare, other);
    if (distance < least && distance <= Math.max(bare.length, other.length) / 3)
      [best, least] = [candidate, distance];
  }
  return best;
}

const withoutDashes = (word: string): string => word.replace(/^-+/, '');

/** Counts the letters that are added, missing, changed, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
