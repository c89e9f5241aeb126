import { canonicalJson } from '../schema/canonical.ts';
import type { Manifest } from './manifest.ts';

/** The text of `gati.manifest.json`: keys sorted, two spaces, a newline at the end. Same manifest, same bytes. */
export function printManifest(manifest: Manifest): string {
  return `${canonicalJson(manifest, 2)}\n`;
}
