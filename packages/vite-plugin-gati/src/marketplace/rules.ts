import { compareSemver, diffModules, parseSemver } from '@gati/contract';
import { type ModuleDescriptor, toModuleContract } from '@gati/runtime-h3/modules/host';
import type { PinnedPackage } from '../foreign/lock.ts';
import { refusedError } from './errors.ts';
import { newGrants } from './grants.ts';
import type { PackageVersion } from './packument.ts';
import type { Provenance } from './provenance.ts';
import type { PackageContent } from './read-package.ts';

const DAY = 86_400_000;
/** Days that a version must be public before it is used: most malicious ones are found by then. */
export const MIN_AGE = 3;

/** Options of the user on the command line. */
export interface Allowed {
  /** Days. */
  minAge: number;
  /** Grants that an update may add: `network`, `files`, `env:NAME`. */
  grants: readonly string[];
  /** Changes of the contract that can break the app. */
  major: boolean;
}

/** A version with all that is known about it. */
export interface Candidate {
  described: PackageVersion;
  content: PackageContent;
  provenance: Provenance | undefined;
}

/** @throws {GatiError} GATI_MODULE_REFUSED when the version is younger than `minAge` days */
export function checkAge(
  { name, version, publishedAt }: PackageVersion,
  minAge: number,
  now: number,
): void {
  if (minAge === 0) return;
  const target = `${name}@${version}`;
  const fix = 'Wait, name an earlier version, or use `--min-age 0` if you know this version.';
  if (publishedAt === undefined)
    throw refusedError(target, 'the registry does not say when it was published', fix);
  const days = (now - publishedAt) / DAY;
  if (days < minAge)
    throw refusedError(
      target,
      `it was published ${Math.max(0, Math.floor(days * 24))} hours ago, and the minimum age is ${minAge} days`,
      fix,
    );
}

/** Changes of an update. */
export interface UpdateChanges {
  /** New grants, as words. */
  grants: string[];
  /** Changes of the contract; `undefined` if one of the versions has no descriptor. */
  contract: { level: string; message: string }[] | undefined;
}

/**
 * Compares a candidate with the pinned version of the package.
 *
 * @throws {GatiError} GATI_MODULE_REFUSED when it is older, has another origin, needs new grants,
 * or breaks its contract
 */
export function checkUpdate(
  pinned: PinnedPackage,
  { described, content, provenance }: Candidate,
  allowed: Allowed,
): UpdateChanges {
  const { name, version } = described;
  const target = `${name}@${version}`;
  const [before, now] = [parseSemver(pinned.version), parseSemver(version)];
  if (before && now && compareSemver(now, before) < 0)
    throw refusedError(
      target,
      `it is older than ${pinned.version}, which the app uses`,
      `To go back on purpose, run \`gati modules remove\`, and add ${target}.`,
    );
  if (version === pinned.version && described.integrity !== pinned.integrity)
    throw refusedError(
      target,
      'the registry has another tarball for the same version than before',
      'Report it to the registry. Versions never change.',
    );
  checkOrigin(target, pinned.provenance, provenance);
  const grants = newGrants(pinned.grants, content.grants);
  const refused = grants.filter((grant) => !allowed.grants.includes(grant));
  if (refused.length > 0)
    throw refusedError(
      target,
      `this version now wants ${refused.join(', ')}`,
      `Look at what changed, and allow it with \`--grant ${refused.join(',')}\`.`,
    );
  const contract = compareContracts(pinned.descriptor, content.descriptor);
  const breaking = contract?.filter(({ level }) => level === 'major') ?? [];
  if (breaking.length > 0 && !allowed.major)
    throw refusedError(
      target,
      `it breaks its contract: ${breaking
        .slice(0, 5)
        .map(({ message }) => message)
        .join('; ')}`,
      'Change the code that calls it, and use `--allow-major`.',
    );
  return { grants, contract };
}

function checkOrigin(
  target: string,
  before: Provenance | undefined,
  now: Provenance | undefined,
): void {
  if (before === undefined) return;
  const fix = 'Ask its author. If the project has moved, remove the module and add it again.';
  if (now === undefined)
    throw refusedError(
      target,
      `it has no provenance, and earlier versions were built by ${before.repository}`,
      fix,
    );
  for (const field of ['repository', 'workflow'] as const)
    if (before[field] !== now[field])
      throw refusedError(target, `its ${field} is ${now[field]}, and was ${before[field]}`, fix);
}

function compareContracts(
  before: ModuleDescriptor | undefined,
  now: ModuleDescriptor | undefined,
): UpdateChanges['contract'] {
  if (before === undefined || now === undefined) return undefined;
  const [old, next] = [before, now].map((descriptor) => {
    const { methods, $defs } = toModuleContract('module', descriptor);
    const module = { name: 'module', file: '', source: 'npm:', methods };
    return { modules: [module], $defs };
  });
  return diffModules(old!, next!).map(({ level, message }) => ({ level, message }));
}
