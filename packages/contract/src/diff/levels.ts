/**
 * Effect of a change on clients: `major` can break them, `minor` adds something, `patch` makes no
 * difference to a program.
 */
export type Level = 'major' | 'minor' | 'patch';

/** Part of a version to raise. `none`: no change. */
export type Bump = Level | 'none';

const ORDER: readonly Bump[] = ['none', 'patch', 'minor', 'major'];

/** Returns the highest of the levels; `none` without any. */
export function highestLevel(levels: Iterable<Bump>): Bump {
  let highest: Bump = 'none';
  for (const level of levels) if (ORDER.indexOf(level) > ORDER.indexOf(highest)) highest = level;
  return highest;
}
