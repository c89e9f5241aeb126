import { join } from 'node:path';

/** Names of files in the output folder of a build, and in each stored release. */
export const MANIFEST_FILE = 'gati.manifest.json';
export const DOCUMENT_FILE = 'openapi.json';

/** Path of the client's folder in a release. */
export const CLIENT_FOLDER = 'client/';

/** Path of the bundle in the folder of a materialized release. */
export function bundleFile(folder: string): string {
  return join(folder, 'server', 'release.mjs');
}
