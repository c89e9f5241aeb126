import { fileURLToPath } from 'node:url';
import type { ReleaseStore } from '../../ports.ts';
import { openDirectoryStore } from './directory/driver.ts';
import { storeError } from './errors.ts';
import { withDeadlines } from './with-deadlines.ts';

/**
 * Opens a release store.
 * @param url a directory, `s3://bucket/prefix` or `gs://bucket/prefix`
 * @throws {GatiError} GATI_RELEASES when there is no driver for the address
 */
export async function openReleaseStore(url: string): Promise<ReleaseStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  // A single letter before the colon is a drive on Windows.
  if (scheme === undefined) return withDeadlines(openDirectoryStore(url));
  if (scheme === 'file') return withDeadlines(openDirectoryStore(fileURLToPath(url)));
  if (scheme === 's3') {
    const { openS3Store } = await import('./s3/driver.ts');
    return openS3Store(url);
  }
  if (scheme === 'gs') {
    const { openGcsStore } = await import('./gcs/driver.ts');
    return openGcsStore(url);
  }
  throw storeError(
    'GATI_RELEASES',
    `There is no driver for a release store at ${scheme}:.`,
    'Set GATI_RELEASES or `--store` to a directory, s3://bucket/prefix or gs://bucket/prefix.',
  );
}
