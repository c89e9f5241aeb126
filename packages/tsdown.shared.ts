import fs from 'node:fs';
import path from 'node:path';
import type { UserConfig } from 'tsdown';

/**
 * Creates the build options that all packages share: ESM for Node with declarations, checked by
 * `publint` and `attw`.
 */
export function library(entry: Record<string, string>, options: UserConfig = {}): UserConfig {
  return {
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    outDir: 'dist',
    clean: true,
    dts: { oxc: true },
    fixedExtension: true,
    publint: { strict: true },
    attw: { profile: 'esm-only', level: 'error' },
    ...options,
  };
}

interface BundleContext {
  getModuleIds(): Iterable<string>;
  emitFile(file: { type: 'asset'; fileName: string; source: string }): void;
}

/** Writes the licenses of the bundled packages to `licenses.txt`, as they require. */
export const licenses: { name: string; generateBundle(this: BundleContext): void } = {
  name: 'licenses',
  generateBundle() {
    const folders = new Set<string>();
    for (const id of this.getModuleIds()) {
      const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? [];
      if (folder && fs.existsSync(folder)) folders.add(folder.replace(/^\0/, ''));
    }
    const texts = [...folders].sort().map((folder) => {
      const { name, version, license } = JSON.parse(
        fs.readFileSync(path.join(folder, 'package.json'), 'utf8'),
      ) as Record<string, string>;
      const file = fs.readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
      return `${name} ${version} (${license})\n\n${file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : ''}\n`;
    });
    if (texts.length > 0)
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n---\n\n') });
  },
};
