/**
 * A semantic version (https://semver.org, 2.0.0). Build metadata is accepted and ignored, because
 * it does not affect precedence.
 */
export interface Semver {
  major: number;
  minor: number;
  patch: number;
  prerelease: readonly (string | number)[];
}

const NUMBER = '0|[1-9][0-9]{0,15}';
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`;
const BUILD = String.raw`(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`;
/** Matches `-rc.1+build`. One group captures the identifiers of the pre-release. */
export const SUFFIX: string = String.raw`(?:-(${IDENTIFIER}(?:\.${IDENTIFIER})*))?${BUILD}`;
const VERSION = new RegExp(String.raw`^(${NUMBER})\.(${NUMBER})\.(${NUMBER})${SUFFIX}$`);

/**
 * Parses a version. Returns `undefined` if the text is not a semver version: it needs all three
 * numbers, and allows no leading `v` and no leading zeros.
 */
export function parseSemver(text: string): Semver | undefined {
  const match = text.length <= 256 ? VERSION.exec(text) : null;
  if (!match) return undefined;
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (Math.max(major, minor, patch) > Number.MAX_SAFE_INTEGER) return undefined;
  return { major, minor, patch, prerelease: parsePrerelease(match[4]) };
}

/** Splits `rc.1` into `['rc', 1]`. */
export function parsePrerelease(text: string | undefined): (string | number)[] {
  return text ? text.split('.').map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part)) : [];
}

/** Compares two versions by precedence (semver, section 11). Negative if `a` comes first. */
export function compareSemver(a: Semver, b: Semver): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    comparePrerelease(a.prerelease, b.prerelease)
  );
}

function comparePrerelease(a: Semver['prerelease'], b: Semver['prerelease']): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareIdentifiers(a[index]!, b[index]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Prints a version: `1.4.0-rc.1`. */
export function formatSemver({ major, minor, patch, prerelease }: Semver): string {
  return `${major}.${minor}.${patch}${prerelease.length > 0 ? `-${prerelease.join('.')}` : ''}`;
}
