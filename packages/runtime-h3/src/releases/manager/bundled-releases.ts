import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest } from '@gati/contract';
import { bundleFile, CLIENT_FOLDER, DOCUMENT_FILE, MANIFEST_FILE } from '../store/file-names.ts';
import type { Logger } from '../../types/context.ts';
import { type BundledRelease, readBundledIndex } from './bundled-index.ts';
import { createDamagedRelease } from './damaged-release.ts';
import { EMPTY_CONTRACT, type KnownRelease, type Marks } from './known-release.ts';
import { clientInFolder } from './release-client.ts';
import type { ReleaseRules } from './release-rules.ts';
import { type ReleaseParts, createKnownRelease } from './create-known-release.ts';

/** Reads the releases that the build bundled, and their marks. A damaged one gets no requests. */
export async function readBundledReleases(
  folder: string,
  rules: ReleaseRules,
  logger: Logger,
): Promise<{ releases: KnownRelease[]; marks: Marks }> {
  const bundled = await readBundledIndex(folder);
  const releases = await Promise.all(
    bundled.map((release) =>
      toKnown(join(folder, release.version), release, rules).catch((error: unknown) => {
        logger.error('a bundled release is damaged and gets no requests', {
          code: 'GATI_RELEASE_DAMAGED',
          release: release.version,
          error,
        });
        return createDamagedRelease(release, error, rules);
      }),
    ),
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
  // The index has only the name of a retired release, unless a migration needs its contract.
  const hasManifest = release.status !== 'retired' || existsSync(file);
  const document = join(folder, DOCUMENT_FILE);
  const client = rules.servesClient ? clientInFolder(join(folder, CLIENT_FOLDER)) : undefined;
  const parts: ReleaseParts = {
    contract: async () =>
      hasManifest ? parseManifest(await readFile(file, 'utf8')).contract : EMPTY_CONTRACT,
    ...(existsSync(document) && { document: () => readFile(document, 'utf8') }),
    ...(client !== undefined && { client }),
    bundle: () => bundleFile(folder),
  };
  return createKnownRelease(release, parts, rules);
}
