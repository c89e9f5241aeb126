import { isRuntimeSetting, type SettingOverrides } from '../../config/runtime-settings.ts';
import type { Logger } from '../../types/context.ts';
import type { Order, PoolChange, PoolStatus } from '../../types/process-metrics.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import { countCpus } from '../cpus.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Workers for each core that `scale` accepts: more than that only use memory. */
const MAX_PER_CPU = 4;

/** Executes what a person orders in the panel. */
export interface Operations {
  /** Replies to an order of the collector when it has begun. */
  receive(from: WorkerProcess, message: MessageToSupervisor & { gati: 'operate' }): void;
}

export interface OperationsOptions {
  pool: WorkerPool;
  /** Number of workers at the start. */
  initial: number;
  /**
   * Replaces all workers, also those that run jobs. Resolves to the reason why a new one could not
   * start, if any.
   */
  rollAll(): Promise<string | undefined>;
  setOverrides(overrides: SettingOverrides): void;
  logger: Logger;
}

export function createOperations(options: OperationsOptions): Operations {
  const { pool, initial, logger } = options;
  const max = Math.max(initial, MAX_PER_CPU * countCpus());
  let change: PoolChange | undefined;

  const end = (begun: PoolChange, reason: string | void): void => {
    begun.state = reason === undefined ? 'done' : 'failed';
    if (reason === undefined) return;
    begun.reason = reason;
    logger.error('the workers could not be changed', { what: begun.what, reason });
  };

  /** Begins a change. Its end is seen in the status. */
  const begin = (what: PoolChange['what'], work: Promise<string | void>): void => {
    const begun: PoolChange = { what, state: 'running', startedAt: Date.now() };
    change = begun;
    work.then(
      (reason) => end(begun, reason),
      (error: unknown) => end(begun, (error as Error).message),
    );
  };

  /** Returns the reason why an order can't be executed. */
  const execute = (order: Order): string | undefined => {
    if (order.do === 'report') return undefined;
    if (order.do === 'set') {
      const known = Object.entries(order.overrides).filter(([name]) => isRuntimeSetting(name));
      options.setOverrides(Object.fromEntries(known));
      return undefined;
    }
    if (change?.state === 'running') return 'another change of the workers is not finished';
    if (order.do === 'restart' && order.pid === undefined) {
      begin('restart', options.rollAll());
      return undefined;
    }
    if (order.do === 'restart') {
      const { pid } = order;
      if (!pool.workers.some((worker) => worker.pid === pid && worker.state === 'ready'))
        return `no worker that serves requests has the process id ${pid}`;
      begin('restart', pool.restart(pid!));
      return undefined;
    }
    if (!Number.isInteger(order.workers) || order.workers < 1 || order.workers > max)
      return `the number of workers must be from 1 to ${max}`;
    begin('scale', pool.resize(order.workers));
    return undefined;
  };

  return {
    receive(from, { id, order }) {
      const error = execute(order);
      const status: PoolStatus = { ...pool.status, initial, max, ...(change && { change }) };
      from.send({ gati: 'operated', id, status, ...(error !== undefined && { error }) });
    },
  };
}
