import type { Manifest } from '@gati/contract';

/** `virtual:gati/manifest`: the manifest of the files as they stand. A build's own, with the digest of its code, is `dist/gati.manifest.json`. */
export function printManifestModule(manifest: Manifest): string {
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(manifest))});\n`;
}
