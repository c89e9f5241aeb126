import { canonicalJson } from '../schema/canonical.ts';
import type { Manifest } from './manifest.ts';

/**
 * Prints a manifest as the text of `gati.manifest.json`: sorted keys, two spaces, a newline at the
 * end. The same manifest gives the same bytes.
 */
export function printManifest(manifest: Manifest): string {
  return `${canonicalJson(manifest, 2)}\n`;
}
