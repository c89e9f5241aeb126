import fs from 'node:fs';
import { GatiError, type Manifest, parseManifest, parseSemver } from '@gati/contract';
import { findRelease, readManifest } from '@gati/runtime-h3/releases';
import { usageError } from '@gati/runtime-h3/command';
import type { History } from '../releases/history.ts';

/**
 * Reads the manifest that an argument names: a file if it exists, else a version in the store.
 *
 * @throws {GatiError} GATI_USAGE when the argument is neither, GATI_MANIFEST_INVALID,
 *   GATI_RELEASE_UNKNOWN
 */
export async function readManifestArgument(
  name: string,
  open: () => Promise<History>,
): Promise<Manifest> {
  const found = fs.statSync(name, { throwIfNoEntry: false });
  // The argument may be a pipe too, which a shell creates for `<(git show
  // HEAD:dist/gati.manifest.json)`.
  if (found && !found.isDirectory()) return readManifestFile(name);
  if (parseSemver(name)) {
    const { store } = await open();
    return readManifest(store, await findRelease(store, name));
  }
  throw usageError(
    `\`${name}\` is ${found ? 'a folder' : 'neither a file nor a version'}`,
    'Name a manifest, for example dist/gati.manifest.json, or a version in the store, for example 1.2.0; `gati releases list` lists them.',
  );
}

function readManifestFile(name: string): Manifest {
  try {
    return parseManifest(fs.readFileSync(name, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error && 'diagnostic' in error)) throw error;
    throw new GatiError({ ...(error as GatiError).diagnostic, file: name }, { cause: error });
  }
}
