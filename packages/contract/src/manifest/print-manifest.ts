import { sortKeys } from '../schema/canonical.ts';
import type { Manifest } from './manifest.ts';

/**
 * Prints a manifest as the text of `gati.manifest.json`: sorted keys, two spaces, a newline at the
 * end. The properties of a schema keep their order, because OpenAPI documents and types that are
 * made from the manifest show it. The same manifest gives the same bytes.
 */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(sortKeys(manifest, 'properties'), undefined, 2)}\n`;
}
