import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson, GatiError } from '@gati/contract';
import { mapOf, matching, object, oneOf, parseDocument, string } from '@gati/contract/data';
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

/** Characters of a lock at most. */
const MAX_LOCK = 16_777_216;

const lock = object({
  lockfile: oneOf(1),
  modules: mapOf(
    object({
      source: string,
      version: string,
      sha256: matching(/^[\da-f]{64}$/, 'a SHA-256 in hex'),
      descriptor: object({}),
    }),
  ),
});

/**
 * Reads the pins of an app; none without a lock.
 *
 * @throws {GatiError} GATI_MODULE_LOCK when the file is damaged
 */
export function readLock(root: string): Pins {
  const text = readText(path.join(root, LOCK_FILE));
  if (text === undefined) return {};
  const parsed = parseDocument<{ modules: Pins }>(text, lock, MAX_LOCK);
  if ('fault' in parsed) throw lockError(`${LOCK_FILE} can't be used: ${parsed.fault}.`);
  const { modules } = parsed.value;
  for (const [name, { descriptor, sha256 }] of Object.entries(modules)) {
    if (digest(descriptor) !== sha256)
      throw lockError(`${LOCK_FILE} was edited: the descriptor of "${name}" has another digest.`);
    parseDescriptor(name, descriptor);
  }
  return modules;
}

/** Writes the pins, sorted. Returns whether the file changed. */
export async function writeLock(root: string, pins: Pins): Promise<boolean> {
  const file = path.join(root, LOCK_FILE);
  const names = Object.keys(pins).sort();
  if (names.length === 0 && readText(file) === undefined) return false;
  const modules = Object.fromEntries(names.map((name) => [name, pins[name]!]));
  return writeChanged(file, `${JSON.stringify({ lockfile: 1, modules }, undefined, 2)}\n`);
}

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
