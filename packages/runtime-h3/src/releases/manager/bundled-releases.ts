import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contract, parseManifest } from '@gati/contract';
import { DOCUMENT_FILE, MANIFEST_FILE } from '../store/file-names.ts';
import { type BundledRelease, readBundledIndex } from './bundled-index.ts';
import { bundleFile, type KnownRelease } from './known-release.ts';
import type { ReleaseRules } from './release-rules.ts';
import { type ReleaseParts, createKnownRelease } from './create-known-release.ts';

const NOTHING: Contract = { routes: [], effects: [], modules: [], $defs: {} };

/** The releases that the build took along. */
export async function readBundledReleases(
  folder: string,
  rules: ReleaseRules,
): Promise<{ releases: KnownRelease[]; marks: Record<string, BundledRelease> }> {
  const bundled = await readBundledIndex(folder);
  const releases = await Promise.all(
    bundled.map((release) => toKnown(join(folder, release.version), release, rules)),
  );
  return {
    releases,
    marks: Object.fromEntries(bundled.map((release) => [release.version, release])),
  };
}

function toKnown(
  folder: string,
  release: BundledRelease,
  rules: ReleaseRules,
): Promise<KnownRelease> {
  const file = join(folder, MANIFEST_FILE);
  // Of a retired one there is nothing but its name, unless a migration needs its promises.
  const isThere = release.status !== 'retired' || existsSync(file);
  const document = join(folder, DOCUMENT_FILE);
  const parts: ReleaseParts = {
    contract: async () =>
      isThere ? parseManifest(await readFile(file, 'utf8')).contract : NOTHING,
    ...(existsSync(document) && { document: () => readFile(document, 'utf8') }),
    bundle: () => bundleFile(folder),
  };
  return createKnownRelease(release, parts, rules);
}
