import { toManifest } from '../../emit/manifest.ts';
import type { VirtualInput } from '../virtual-module.ts';

/**
 * `virtual:gati/manifest`: the manifest of the current files. The manifest of a build, which has
 * the digest of its code, is `dist/gati.manifest.json`.
 */
export async function manifestModule({ context }: VirtualInput): Promise<string> {
  const { contract } = await context.analysis();
  const manifest = toManifest({ app: context.project.app, contract });
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(manifest))});\n`;
}
