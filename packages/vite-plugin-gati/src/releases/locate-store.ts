import path from 'node:path';
import { type Diagnostic, GatiError } from '@gati/contract';
import { readDeployFile } from '../files/deploy-file.ts';
import { packageFolder } from '../files/package-json.ts';

export interface StoreLocation {
  url: string;
  /** Whether the user named the store. Otherwise it is the folder for development. */
  named: boolean;
}

/**
 * Returns where the release store of an app is: `given` (`--store`), else `GATI_RELEASES`, else
 * `releases:` in `gati.deploy.yaml` in the root or beside `package.json`, else a folder of the app,
 * for development. Relative folders are resolved from the root, or from the folder of the file.
 *
 * @throws {GatiError} GATI_RELEASES when `gati.deploy.yaml` can't be read
 */
export function locateStore(root: string, given?: string): StoreLocation {
  const url = given || process.env.GATI_RELEASES;
  if (url) return { url: toAddress(root, url), named: true };
  for (const folder of new Set([root, packageFolder(root)])) {
    const named = readReleases(folder);
    if (named) return { url: toAddress(folder, named), named: true };
  }
  return { url: path.join(root, '.gati/releases'), named: false };
}

const toAddress = (folder: string, url: string): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(url) ? url : path.resolve(folder, url);

function readReleases(folder: string): string | undefined {
  try {
    const { releases } = readDeployFile(folder);
    if (releases === undefined || typeof releases === 'string') return releases;
    throw new Error('`releases` is not a string');
  } catch (cause) {
    throw new GatiError(
      {
        code: 'GATI_RELEASES',
        message: `The release store can't be read from gati.deploy.yaml: ${(cause as Error).message}.`,
        fix: 'Write `releases: s3://bucket/prefix` at its top level, or set GATI_RELEASES.',
      },
      { cause },
    );
  }
}

/**
 * The diagnostic for CI without a named store: CI starts empty, so each build would be the first.
 */
export function noStoreError(level: Diagnostic['level']): Diagnostic {
  return {
    code: 'GATI_NO_RELEASE_STORE',
    level,
    message:
      'No release store is named, so this build has no release to compare with and takes its version from package.json.',
    fix: 'Set GATI_RELEASES to a directory that outlives the build, or to s3://bucket/prefix.',
  };
}
