import type { ServerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { NodeOperator } from '../../types/process-metrics.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import { nodeSettings } from '../node-settings.ts';

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

/**
 * The operator of this node for the panel. It sends a request to the supervisor, like `/metrics`.
 */
export interface CollectorOperator extends NodeOperator {
  receive(message: MessageToWorker & { gati: 'all-metrics' }): void;
}

export function createNodeOperator(
  send: (message: MessageToSupervisor) => void,
): CollectorOperator {
  const waiting = new Map<number, (metrics: ServerMetrics) => void>();
  let lastId = 0;
  let asked: Promise<ServerMetrics> | undefined;
  /**
   * Pages that request it at the same time share one reply, because each reply costs all processes
   * some work.
   */
  const ask = (): Promise<ServerMetrics> =>
    (asked ??= new Promise<ServerMetrics>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      send({ gati: 'request-metrics', id });
      const expire = (): void => {
        if (waiting.delete(id)) reject(new Error('The supervisor sent no metrics.'));
      };
      setTimeout(expire, REPLY_TIMEOUT).unref();
    }).finally(() => {
      asked = undefined;
    }));
  return {
    async measure() {
      const { workers, supervisor, crashes } = await ask();
      return {
        processes: [supervisor, ...workers.flatMap(({ process: measured }) => measured ?? [])],
        crashes: { ...crashes },
        inflight: workers.reduce((sum, { inflight }) => sum + inflight, 0),
      };
    },
    async health() {
      const { workers } = await ask();
      const health: Record<string, string> = {};
      for (const { modules = {}, process: measured } of workers)
        for (const [name, isHealthy] of Object.entries(modules))
          health[name] ||= isHealthy ? '' : `not healthy in process ${measured?.pid}`;
      return health;
    },
    settings: async () => nodeSettings(),
    receive(message) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    },
  };
}
