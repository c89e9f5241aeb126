import path from 'node:path';
import { type Diagnostic } from '@gati/contract';

export interface StoreLocation {
  url: string;
  /** `false`: nobody said where, so it is the folder for development. */
  named: boolean;
}

/** The release store of an app: `given` (`--store`), else `GATI_RELEASES`, else a folder of the app for development. A relative folder is the app's. */
export function locateStore(root: string, given?: string): StoreLocation {
  const url = given || process.env.GATI_RELEASES;
  if (!url) return { url: path.join(root, '.gati/releases'), named: false };
  return { url: /^[a-z][a-z0-9+.-]+:/i.test(url) ? url : path.resolve(root, url), named: true };
}

/** Whether this is a machine that builds for others. */
export function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}

/** A build machine starts empty, so without a named store each build there would be the first. */
export function noStore(level: Diagnostic['level']): Diagnostic {
  return {
    code: 'GATI_NO_RELEASE_STORE',
    level,
    message: 'No release store is named, so this build is compared with nothing and its version is that of package.json.',
    fix: 'Set GATI_RELEASES to a directory that lasts or to s3://bucket/prefix.',
  };
}
