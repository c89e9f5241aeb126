import type { ReleaseStore } from '@gati/runtime-h3/releases';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';

/** @throws {PanelError} 409 when no store is set up */
export async function openReleases({ ports }: Pick<ReadContext, 'ports'>): Promise<ReleaseStore> {
  const { releases } = ports;
  if (!releases)
    throw new PanelError(409, 'no_release_store', 'Set GATI_RELEASES to a release store.');
  return withGatiErrors(() => releases.open());
}
