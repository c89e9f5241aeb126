import { getOrCreate } from '../../collections/get-or-create.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Logger } from '../../types/context.ts';
import { Backlog } from '../channel/backlog.ts';
import type { PublishMessage } from '../channel/messages.ts';
import type { WorkerProcess } from './worker-process.ts';

export type PublishRelay = (
  workers: WorkerProcess[],
  from: WorkerProcess,
  message: PublishMessage,
) => void;

/** Sends what a peer of one worker published to all other workers, including those that drain. */
export function createPublishRelay(
  logger: Logger,
  limit: number,
  limitCounts: LimitCounts,
): PublishRelay {
  const backlogs = new WeakMap<WorkerProcess, Backlog>();
  return (workers, from, message) => {
    for (const worker of workers) {
      if (worker === from) continue;
      const backlog = getOrCreate(backlogs, worker, () => new Backlog(limit));
      const result = backlog.send(message, (written) => worker.send(message, written));
      if (result === 'sent') continue;
      limitCounts.add('publishQueue');
      // The worker that published has logged a large message.
      if (result !== 'lost') continue;
      logger.error('a worker reads too slowly: published messages do not reach its peers', {
        code: 'GATI_PUBLISH_LOST',
        worker: worker.pid,
      });
    }
  };
}
