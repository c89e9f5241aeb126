import fs from 'node:fs/promises';
import path from 'node:path';
import { printManifest } from '@gati/contract';
import { toApiChangelog, type ChangelogRelease } from '../emit/changelog.ts';
import { toDockerFiles } from '../emit/docker.ts';
import type { EmittedFile } from '../emit/file.ts';
import { toOpenApiFile } from '../emit/openapi.ts';
import { writeChanged } from '../files/write-changed.ts';

/**
 * Writes the files of the output folder beside `client/` and `server/`. Returns their paths in it.
 *
 * @param releases this release, then the earlier ones
 */
export async function writeOutputs(
  outDir: string,
  releases: [ChangelogRelease, ...ChangelogRelease[]],
  base: string,
): Promise<string[]> {
  const { manifest } = releases[0];
  const files: EmittedFile[] = [
    { path: 'gati.manifest.json', text: printManifest(manifest) },
    { path: 'openapi.json', text: toOpenApiFile(manifest, base) },
    { path: 'CHANGELOG.md', text: toApiChangelog(releases) },
    ...toDockerFiles(manifest),
  ];
  await Promise.all(
    files.map(({ path: file, text }) => writeChanged(path.join(outDir, file), text)),
  );
  return files.map((file) => file.path);
}

/** Counts the JavaScript files of a server and their bytes, without packages and older releases. */
export async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const names = await fs.readdir(folder, { recursive: true });
  const scripts = names.filter(
    (name) => name.endsWith('.mjs') && !/^(?:node_modules|releases)[\\/]/.test(name),
  );
  const sizes = await Promise.all(
    scripts.map(async (name) => (await fs.stat(path.join(folder, name))).size),
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
