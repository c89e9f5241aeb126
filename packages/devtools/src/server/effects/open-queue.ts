import type { QueueDriver } from '@gati/runtime-h3/effects/inspect';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';

/** @throws {PanelError} 409 when only the workers can read the jobs */
export async function openQueue({ ports }: Pick<ReadContext, 'ports'>): Promise<QueueDriver> {
  const { queue } = ports;
  if (!queue)
    throw new PanelError(
      409,
      'queue_in_memory',
      'The jobs are in the memory of the workers. Set GATI_EFFECTS to a queue that several processes can use.',
    );
  return withGatiErrors(() => queue.open());
}
