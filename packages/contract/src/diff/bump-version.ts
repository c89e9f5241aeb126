import { formatSemver, parseSemver } from '../versions/semver.ts';
import { type Bump } from './levels.ts';

/**
 * The version after a change. Below 1.0.0 a break is minor and all else a patch. A pre-release becomes its release where that is enough (semver 9).
 * @throws RangeError where the version is no semver.
 */
export function bumpVersion(version: string, bump: Bump): string {
  const parsed = parseSemver(version);
  if (!parsed) throw new RangeError(`"${version}" is no semver.`);
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
