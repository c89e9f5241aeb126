import fs from 'node:fs/promises';
import path from 'node:path';
import { type Manifest, printManifest } from '@gati/contract';
import { digest } from './records.ts';

/** Writes those files of a build that a release store reads. `text` is the code. */
export async function writeBuild(
  folder: string,
  version: string,
  text = `code of ${version}`,
): Promise<string> {
  const manifest: Manifest = {
    format: 1,
    name: 'shop',
    release: { version, id: `rel_${digest(version + text).slice(0, 16)}`, code: digest(text) },
    contract: { routes: [], effects: [], modules: [], $defs: {} },
  };
  const files = {
    'gati.manifest.json': printManifest(manifest),
    'CHANGELOG.md': `## ${version}\n`,
    'client/assets/same.js': 'export {};',
    'server/release.mjs': `export default ${JSON.stringify(text)};`,
    'server/chunks/helper.mjs': `// ${text}\n`.repeat(2000),
    'server/releases/0.0.1/server/release.mjs': 'an older release',
  };
  for (const [name, content] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), content);
  }
  return folder;
}
