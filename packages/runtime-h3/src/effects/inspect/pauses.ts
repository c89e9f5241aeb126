import type { Pause, PausedEffect, QueueDriver } from '../../ports.ts';
import { unsupportedError } from './jobs.ts';

/** Lists the paused effects; none if the service can't store it. */
export const listPaused = async (queue: QueueDriver): Promise<PausedEffect[]> =>
  (await queue.paused?.()) ?? [];

/**
 * Pauses an effect in all processes that share the queue: they claim none of its jobs. Running jobs
 * end, and new jobs wait. `undefined` resumes it.
 *
 * @throws {GatiError} GATI_EFFECTS_LOOK when the service can't store it
 */
export async function setPaused(
  queue: QueueDriver,
  effect: string,
  pause: Pause | undefined,
): Promise<void> {
  if (!queue.setPaused) throw unsupportedError('pause effects');
  await queue.setPaused(effect, pause);
}
