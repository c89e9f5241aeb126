import fs from 'node:fs/promises';
import path from 'node:path';
import { CARRIED_FILE, type CarriedRelease, type CarriedReleases, materialize, outsideWindow } from '@gati/runtime-h3/releases';
import type { History } from '../releases/history.ts';
import { writeChanged } from '../write-changed.ts';

/** Statuses that are asked for by somebody. */
const CARRIED = new Set(['live', 'deprecated', 'withdrawn']);

/**
 * Puts the sealed bundles of the releases in the window into `folder` (`dist/server/releases`), so that a server without a store runs them too.
 * Gives their versions, highest first.
 */
export async function carryReleases({ store, releases, head, statusOf }: History, own: string, folder: string): Promise<string[]> {
  const gone = new Set(outsideWindow(releases, head, {}, Date.now()));
  const carried: CarriedRelease[] = [];
  for (const release of releases) {
    const { version, id, date } = release;
    const status = gone.has(release) ? 'retired' : statusOf(version);
    // What was never activated is asked for by nobody, and the build itself is there anyway.
    if (version === own || status === 'staged' || (gone.has(release) && statusOf(version) === 'staged')) continue;
    if (CARRIED.has(status)) await materialize(store, version, path.join(folder, version));
    carried.push({ version, id, date, ...head.marks[version], status });
  }
  if (carried.length > 0) {
    await fs.mkdir(folder, { recursive: true });
    await writeChanged(
      path.join(folder, CARRIED_FILE),
      `${JSON.stringify({ releases: carried } satisfies CarriedReleases, undefined, 2)}\n`,
    );
  }
  return carried.filter(({ status }) => status !== 'retired').map(({ version }) => version);
}
