import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson, GatiError } from '@gati/contract';
import { listOf, mapOf, matching, object, oneOf, parseDocument, string } from '@gati/contract/data';
import { type ModuleDescriptor, parseDescriptor } from '@gati/runtime-h3/modules/host';
import { readText } from '../files/read-text.ts';
import { writeChanged } from '../files/write-changed.ts';

/** File in the root of the app that pins the contracts of its foreign modules. */
export const LOCK_FILE = 'gati.modules.lock';

/**
 * One pinned module. The lock contains the descriptor itself, so that a fresh checkout builds
 * without the module, and a review shows each change of its contract.
 */
export interface PinnedModule {
  source: string;
  version: string;
  /** SHA-256 of the descriptor, hex. */
  sha256: string;
  descriptor: ModuleDescriptor;
}

export type Pins = Record<string, PinnedModule>;

/** A package from the marketplace, as it was when it was added. */
export interface PinnedPackage {
  version: string;
  /** `sha512-…` of its tarball. */
  integrity: string;
  /** Place where it was built. Absent without a provenance. */
  provenance?: { repository: string; workflow: string; commit: string };
  grants: { network?: true; files?: true; env?: string[] };
  /** Absent: its methods follow from its types. */
  descriptor?: ModuleDescriptor;
}

export type PinnedPackages = Record<string, PinnedPackage>;

/** Characters of a lock at most. */
const MAX_LOCK = 16_777_216;

const lock = object(
  {
    lockfile: oneOf(1),
    modules: mapOf(
      object({
        source: string,
        version: string,
        sha256: matching(/^[\da-f]{64}$/, 'a SHA-256 in hex'),
        descriptor: object({}),
      }),
    ),
  },
  {
    packages: mapOf(
      object(
        {
          version: string,
          integrity: matching(/^sha512-[A-Za-z0-9+/]{86}==$/, 'a SHA-512'),
          grants: object(
            {},
            { network: oneOf(true), files: oneOf(true), env: listOf(string, 100) },
          ),
        },
        {
          provenance: object({ repository: string, workflow: string, commit: string }),
          descriptor: object({}),
        },
      ),
    ),
  },
);

interface Lock {
  modules: Pins;
  packages?: PinnedPackages;
}

/**
 * Reads the pins of an app; none without a lock.
 *
 * @throws {GatiError} GATI_MODULE_LOCK when the file is damaged
 */
export function readLock(root: string): Pins {
  const { modules } = parseLock(root);
  for (const [name, { descriptor, sha256 }] of Object.entries(modules)) {
    if (digest(descriptor) !== sha256)
      throw lockError(`${LOCK_FILE} was edited: the descriptor of "${name}" has another digest.`);
    parseDescriptor(name, descriptor);
  }
  return modules;
}

/**
 * Reads the pinned packages of the marketplace.
 *
 * @throws {GatiError} GATI_MODULE_LOCK when the file is damaged
 */
export const readPackages = (root: string): PinnedPackages => parseLock(root).packages ?? {};

/** Writes the pinned packages. */
export const writePackages = (root: string, packages: PinnedPackages): Promise<boolean> =>
  save(root, { modules: parseLock(root).modules, packages });

/** Writes the pins, also in place of a damaged file. Returns whether the file changed. */
export function writeLock(root: string, modules: Pins): Promise<boolean> {
  let packages: PinnedPackages = {};
  try {
    packages = readPackages(root);
  } catch {
    // The error was reported when the pins were read.
  }
  return save(root, { modules, packages });
}

function parseLock(root: string): Lock {
  const text = readText(path.join(root, LOCK_FILE));
  if (text === undefined) return { modules: {} };
  const parsed = parseDocument<Lock>(text, lock, MAX_LOCK);
  if ('fault' in parsed) throw lockError(`${LOCK_FILE} can't be used: ${parsed.fault}.`);
  return parsed.value;
}

async function save(root: string, { modules, packages = {} }: Lock): Promise<boolean> {
  const file = path.join(root, LOCK_FILE);
  const hasPackages = Object.keys(packages).length > 0;
  if (Object.keys(modules).length === 0 && !hasPackages && readText(file) === undefined)
    return false;
  const content = {
    lockfile: 1,
    modules: sorted(modules),
    ...(hasPackages && { packages: sorted(packages) }),
  };
  return writeChanged(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

const sorted = <Value>(map: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

export function toPin(source: string, descriptor: ModuleDescriptor): PinnedModule {
  return { source, version: descriptor.version, sha256: digest(descriptor), descriptor };
}

const digest = (descriptor: ModuleDescriptor): string =>
  createHash('sha256').update(canonicalJson(descriptor)).digest('hex');

export function lockError(message: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_LOCK',
    message,
    fix: 'Run `gati generate` where the modules run, and commit the file.',
    file: LOCK_FILE,
  });
}
