import fs from 'node:fs/promises';
import path from 'node:path';
import { printManifest } from '@gati/contract';
import { PACKAGES_FILE } from '@gati/contract/internal';
import { toApiChangelog, type ChangelogRelease } from '../emit/changelog.ts';
import { toDockerFiles } from '../emit/docker.ts';
import type { DocumentFacts } from '../emit/document-facts.ts';
import type { EmittedFile } from '../emit/file.ts';
import { toOpenApiFile } from '../emit/openapi.ts';
import { addCopied, type BundledPackages, printPackages } from './bundled-packages.ts';
import { writeChanged } from '../files/write-changed.ts';

/**
 * Writes the files of the output folder, except `client/` and `server/`. Returns their paths in it.
 *
 * @param releases this release, then the earlier ones
 * @param packages in the bundles
 */
export async function writeOutputs(
  outDir: string,
  releases: [ChangelogRelease, ...ChangelogRelease[]],
  facts: DocumentFacts,
  packages: BundledPackages,
): Promise<string[]> {
  const { manifest } = releases[0];
  addCopied(packages, path.join(outDir, 'server/node_modules'));
  const files: EmittedFile[] = [
    { path: 'gati.manifest.json', text: printManifest(manifest) },
    { path: 'openapi.json', text: toOpenApiFile(manifest, facts) },
    { path: 'CHANGELOG.md', text: toApiChangelog(releases) },
    { path: PACKAGES_FILE, text: printPackages(packages) },
    ...toDockerFiles(manifest),
  ];
  await Promise.all(
    files.map(({ path: file, text }) => writeChanged(path.join(outDir, file), text)),
  );
  return files.map((file) => file.path);
}

/** Returns the bytes of all files in a folder; links are not followed. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await fs.stat(path.join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
