import { formatSemver, parseSemver } from '../versions/semver.ts';
import { type Bump } from './levels.ts';

/**
 * Returns the version after a change. Below 1.0.0, a breaking change is minor and any other change
 * a patch. A pre-release becomes its release if that is enough (semver 2.0.0, section 9).
 *
 * @throws {RangeError} when the version is not valid semver.
 */
export function bumpVersion(version: string, bump: Bump): string {
  const parsed = parseSemver(version);
  if (!parsed) throw new RangeError(`"${version}" is not a semver version.`);
  if (bump === 'none') return formatSemver(parsed);
  const { major, minor, patch, prerelease } = parsed;
  const isPre = prerelease.length > 0;
  const level = major > 0 ? bump : bump === 'major' ? 'minor' : 'patch';
  const next = (numbers: [number, number, number]): string => numbers.join('.');
  if (level === 'major')
    return next([isPre && minor === 0 && patch === 0 ? major : major + 1, 0, 0]);
  if (level === 'minor') return next([major, isPre && patch === 0 ? minor : minor + 1, 0]);
  return next([major, minor, isPre ? patch : patch + 1]);
}
