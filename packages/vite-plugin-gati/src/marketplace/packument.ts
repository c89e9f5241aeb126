import { compareSemver, parseRange, parseSemver, satisfies } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { refusedError, registryError } from './errors.ts';

/** One version of a package, as the registry describes it. */
export interface PackageVersion {
  name: string;
  version: string;
  /** Epoch milliseconds; `undefined` if the registry does not state the time. */
  publishedAt: number | undefined;
  /** `sha512-…` */
  integrity: string;
  tarball: string;
  /** Whether the registry lists a provenance for the version. */
  claimsProvenance: boolean;
  /** `package.json` as the registry shows it. */
  manifest: Record<string, unknown>;
}

const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/**
 * Chooses a version of a package: the highest one in a range, or the one with the tag `latest`.
 *
 * @throws {GatiError} GATI_MODULE_REGISTRY when the document can't be used
 * @throws {GatiError} GATI_MODULE_REFUSED when there is no such version, or it has no SHA-512
 */
export function pickVersion(
  packument: unknown,
  name: string,
  range: string | undefined,
): PackageVersion {
  if (!isObject(packument) || !isObject(packument['versions']))
    throw registryError(name, 'has no list of versions');
  const { versions } = packument as { versions: Record<string, unknown> };
  const version = range === undefined ? latestOf(packument) : highestIn(versions, range);
  const manifest = version === undefined ? undefined : versions[version];
  // The version becomes an argument of npm.
  if (version === undefined || parseSemver(version) === undefined || !isObject(manifest))
    throw refusedError(
      range === undefined ? name : `${name}@${range}`,
      'the registry has no such version',
      `Run \`gati modules info ${name}\` to see the newest one.`,
    );
  const dist = isObject(manifest['dist']) ? manifest['dist'] : {};
  const { integrity, tarball, attestations } = dist;
  const target = `${name}@${version}`;
  if (manifest['name'] !== name || manifest['version'] !== version)
    throw registryError(target, 'has another name or version in its description');
  if (typeof integrity !== 'string' || !INTEGRITY.test(integrity) || typeof tarball !== 'string')
    throw refusedError(
      target,
      'the registry names no tarball with a SHA-512',
      'Ask its author to publish it again.',
    );
  const time = isObject(packument['time']) ? Date.parse(String(packument['time'][version])) : NaN;
  return {
    name,
    version,
    publishedAt: Number.isNaN(time) ? undefined : time,
    integrity,
    tarball,
    claimsProvenance: attestations !== undefined,
    manifest,
  };
}

function latestOf(packument: Record<string, unknown>): string | undefined {
  const tags = packument['dist-tags'];
  return isObject(tags) && typeof tags['latest'] === 'string' ? tags['latest'] : undefined;
}

function highestIn(versions: Record<string, unknown>, text: string): string | undefined {
  const range = parseRange(text);
  if (range === undefined) return undefined;
  return Object.keys(versions)
    .flatMap((version) => {
      const parsed = parseSemver(version);
      return parsed !== undefined && satisfies(parsed, range) ? [{ version, parsed }] : [];
    })
    .sort((a, b) => compareSemver(b.parsed, a.parsed))[0]?.version;
}
