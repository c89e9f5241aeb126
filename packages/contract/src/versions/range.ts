import { compareSemver, parsePrerelease, type Semver, SUFFIX } from './semver.ts';

interface Comparator {
  operator: '<' | '<=' | '>' | '>=' | '=';
  version: Semver;
}

/** A version matches a range if it matches all comparators of one of the sets. */
export type Range = readonly (readonly Comparator[])[];

/**
 * A version with open numbers: `1`, `1.2`, `1.x`, `*`, `1.2.3-rc.1`. `numbers` holds the numbers
 * before the first open one.
 */
interface Partial {
  numbers: number[];
  prerelease: (string | number)[];
}

const PART = '(?:0|[1-9][0-9]{0,15}|[xX*])';
const PARTIAL = new RegExp(String.raw`^(${PART})(?:\.(${PART}))?(?:\.(${PART})${SUFFIX})?$`);
const OPERATOR = /^(\^|~|>=|<=|>|<|=)?(.*)$/;
const ANY: readonly Comparator[] = [{ operator: '>=', version: version([0]) }];

/**
 * Parses a range with npm's syntax: `^1.2`, `~1.2.3`, `1.x`, `>=1.2 <3`, `1.0.0 - 1.4`, and sets
 * joined by `||`. Returns `undefined` if it is malformed or longer than 256 characters.
 */
export function parseRange(text: string): Range | undefined {
  if (text.length > 256 || text.trim() === '') return undefined;
  const sets = text.split('||').map((set) => parseSet(set.trim()));
  return sets.every((set) => set !== undefined) ? sets : undefined;
}

/**
 * Whether a version is in a range. As in npm, a pre-release matches only a set that names a
 * pre-release of the same three numbers.
 */
export function satisfies(candidate: Semver, range: Range): boolean {
  return range.some(
    (set) =>
      set.every(({ operator, version }) => holds(operator, compareSemver(candidate, version))) &&
      (candidate.prerelease.length === 0 ||
        set.some(
          ({ version }) => version.prerelease.length > 0 && sameNumbers(version, candidate),
        )),
  );
}

function holds(operator: Comparator['operator'], order: number): boolean {
  if (order === 0) return operator.endsWith('=');
  return order < 0 ? operator.startsWith('<') : operator.startsWith('>');
}

function sameNumbers(a: Semver, b: Semver): boolean {
  return a.major === b.major && a.minor === b.minor && a.patch === b.patch;
}

function parseSet(text: string): Comparator[] | undefined {
  if (text === '') return undefined;
  const hyphen = text.replace(/ +/g, ' ').split(' - ');
  if (hyphen.length === 2) {
    const [from, to] = [parsePartial(hyphen[0]!), parsePartial(hyphen[1]!)];
    return from && to ? [...atLeast(from), ...atMost(to)] : undefined;
  }
  const comparators = text
    .replace(/([\^~<>=]) +/g, '$1')
    .split(/ +/)
    .map(parseComparator);
  return comparators.every((list) => list !== undefined) ? comparators.flat() : undefined;
}

function parseComparator(text: string): readonly Comparator[] | undefined {
  const [, operator = '', rest = ''] = OPERATOR.exec(text) ?? [];
  const partial = parsePartial(rest);
  if (!partial) return undefined;
  const { numbers } = partial;
  const full = numbers.length === 3;
  switch (operator) {
    case '>=':
      return atLeast(partial);
    case '<=':
      return atMost(partial);
    case '>':
      if (full) return [{ operator: '>', version: version(numbers, partial.prerelease) }];
      return numbers.length === 0
        ? NOTHING
        : [{ operator: '>=', version: version(incrementLast(numbers)) }];
    case '<':
      if (full) return [{ operator: '<', version: version(numbers, partial.prerelease) }];
      return numbers.length === 0 ? NOTHING : [{ operator: '<', version: version(numbers, [0]) }];
    case '^': {
      const fixed = numbers.findIndex((number) => number > 0);
      return between(partial, fixed < 0 ? numbers : numbers.slice(0, fixed + 1));
    }
    case '~':
      return between(partial, numbers.slice(0, 2));
    default:
      return full
        ? [{ operator: '=', version: version(numbers, partial.prerelease) }]
        : between(partial, numbers);
  }
}

/** Matches no version: none comes before the first pre-release of 0.0.0. */
const NOTHING: readonly Comparator[] = [{ operator: '<', version: version([0], [0]) }];

function atLeast({ numbers, prerelease }: Partial): readonly Comparator[] {
  return numbers.length === 0 ? ANY : [{ operator: '>=', version: version(numbers, prerelease) }];
}

function atMost({ numbers, prerelease }: Partial): readonly Comparator[] {
  if (numbers.length === 0) return ANY;
  if (numbers.length === 3) return [{ operator: '<=', version: version(numbers, prerelease) }];
  return [{ operator: '<', version: version(incrementLast(numbers), [0]) }];
}

/** Returns the range from a version to the end of all versions that start with `fixed`. */
function between(from: Partial, fixed: number[]): readonly Comparator[] {
  if (fixed.length === 0) return ANY;
  return [...atLeast(from), { operator: '<', version: version(incrementLast(fixed), [0]) }];
}

/** Returns the numbers with the last one incremented. */
function incrementLast(numbers: number[]): number[] {
  return [...numbers.slice(0, -1), numbers.at(-1)! + 1];
}

function version(
  [major = 0, minor = 0, patch = 0]: number[],
  prerelease: (string | number)[] = [],
): Semver {
  return { major, minor, patch, prerelease };
}

function parsePartial(text: string): Partial | undefined {
  const match = PARTIAL.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1, 4);
  const open = parts.findIndex((part) => part === undefined || !/^[0-9]/.test(part));
  // A number after an open one (`1.x.3`) has no meaning.
  if (open >= 0 && parts.slice(open).some((part) => part !== undefined && /^[0-9]/.test(part)))
    return undefined;
  const numbers = parts.slice(0, open < 0 ? 3 : open).map(Number);
  if (numbers.some((number) => number >= Number.MAX_SAFE_INTEGER)) return undefined;
  return { numbers, prerelease: open < 0 ? parsePrerelease(match[4]) : [] };
}
