import fs from 'node:fs/promises';
import path from 'node:path';
import { isRunnable, parseRange, parseSemver, printManifest, satisfies } from '@gati/contract';
import {
  BUNDLED_FILE,
  type BundledRelease,
  type BundledReleases,
  DOCUMENT_FILE,
  documentReader,
  materialize,
  materializeClient,
  releasesOutsideWindow,
  readManifest,
} from '@gati/runtime-h3/releases';
import type { History } from '../releases/history.ts';
import { writeChanged } from '../files/write-changed.ts';

export interface BundleOlderOptions {
  /** Version of this build. */
  own: string;
  /** `dist/server/releases` */
  folder: string;
  /**
   * Version ranges that `src/versions` migrates from. Migrations need the manifests of retired
   * releases in these ranges.
   */
  migrated: string[];
}

/**
 * Copies the self-contained bundles of the releases in the window into the build, so that a server
 * without a release store runs them too. Returns their versions, highest first.
 */
export async function bundleOlderReleases(
  { store, releases, head, statusOf }: History,
  { own, folder, migrated }: BundleOlderOptions,
): Promise<string[]> {
  const outside = new Set(releasesOutsideWindow(releases, head, {}, Date.now()));
  const bundled: BundledRelease[] = [];
  for (const release of releases) {
    const { version, id, date } = release;
    const status = outside.has(release) ? 'retired' : statusOf(version);
    // Clients can't request a release that was never activated, and the build contains itself.
    if (
      version === own ||
      status === 'staged' ||
      (outside.has(release) && statusOf(version) === 'staged')
    )
      continue;
    if (isRunnable(status)) {
      await materialize(store, release, path.join(folder, version));
      // Pages that are open in browsers load hashed files of their release later.
      await materializeClient(store, release, path.join(folder, version));
      const document = documentReader(store, release);
      if (document) await writeChanged(path.join(folder, version, DOCUMENT_FILE), await document());
    } else if (
      migrated.some((range) => satisfies(parseSemver(version)!, parseRange(range) ?? []))
    ) {
      await fs.mkdir(path.join(folder, version), { recursive: true });
      await writeChanged(
        path.join(folder, version, 'gati.manifest.json'),
        printManifest(await readManifest(store, release)),
      );
    }
    bundled.push({ version, id, date, ...head.marks[version], status });
  }
  if (bundled.length > 0) {
    await fs.mkdir(folder, { recursive: true });
    await writeChanged(
      path.join(folder, BUNDLED_FILE),
      `${JSON.stringify({ releases: bundled } satisfies BundledReleases, undefined, 2)}\n`,
    );
  }
  return bundled.filter(({ status }) => status !== 'retired').map(({ version }) => version);
}
