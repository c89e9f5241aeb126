import type { Contract } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';
import { locateStore } from '../releases/locate-store.ts';
import type { VersionFile } from '../scan/types.ts';

/**
 * Returns a line for each migration without types: the release store lacks the release that it
 * migrates, as in a fresh clone. TypeScript may then reject the parameters of its callbacks.
 */
export async function describeUnchecked(
  root: string,
  files: readonly VersionFile[],
  current: Contract,
): Promise<string[]> {
  if (files.length === 0) return [];
  const { readMigrationTypes } = await import('../releases/migration-types.ts');
  const typed = await readMigrationTypes(root, files, current);
  return files
    .filter(({ from }) => !typed.some(({ name }) => name === from))
    .map(
      ({ from, file }) =>
        `${file} has no types: the release store ${redactUrls(locateStore(root).url)} has no release ${from}. GATI_RELEASES or \`releases:\` in gati.deploy.yaml names another store.`,
    );
}
