import { Backlog } from '../channel/backlog.ts';
import type { PublishMessage } from '../channel/messages.ts';
import type { PoolOptions } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

export type PublishRelay = (
  workers: WorkerProcess[],
  from: WorkerProcess,
  message: PublishMessage,
) => void;

/** Hands what a peer of one worker published to all others, also to those that drain. */
export function createPublishRelay(log: PoolOptions['log']): PublishRelay {
  const backlogs = new WeakMap<WorkerProcess, Backlog>();
  return (workers, from, message) => {
    for (const worker of workers) {
      if (worker === from) continue;
      let backlog = backlogs.get(worker);
      if (backlog === undefined) backlogs.set(worker, (backlog = new Backlog()));
      if (backlog.send(message, (written) => worker.send(message, written)) !== 'lost') continue;
      log('error', 'a worker reads too slowly: published messages do not reach its peers', {
        code: 'GATI_PUBLISH_LOST',
        worker: worker.pid,
      });
    }
  };
}
