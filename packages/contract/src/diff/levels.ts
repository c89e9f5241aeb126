/** How much a change means to those who call: `major` can break them, `minor` adds something, `patch` shows no difference to a program. */
export type Level = 'major' | 'minor' | 'patch';
export type Bump = Level | 'none';

const ORDER: readonly Bump[] = ['none', 'patch', 'minor', 'major'];

/** The highest of them; `none` of nothing. */
export function highestLevel(levels: Iterable<Bump>): Bump {
  let highest: Bump = 'none';
  for (const level of levels) if (ORDER.indexOf(level) > ORDER.indexOf(highest)) highest = level;
  return highest;
}
