import type { ServerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { NodeOperator } from '../../types/process-metrics.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import { nodeSettings } from '../node-settings.ts';
import { operateError } from './operate-error.ts';

type Reply = MessageToWorker & { gati: 'all-metrics' | 'operated' };

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

/**
 * The operator of this node for the panel. It sends a request to the supervisor, like `/metrics`.
 */
export interface CollectorOperator extends NodeOperator {
  receive(message: MessageToWorker & { gati: 'all-metrics' | 'operated' }): void;
}

/** @param onSet called with changed settings, which apply to this process too */
export function createNodeOperator(
  send: (message: MessageToSupervisor) => void,
  onSet: (overrides: Record<string, string>) => void = () => {},
): CollectorOperator {
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  /** Sends a message and resolves with the reply to it. */
  const request = <Answer extends Reply>(
    toMessage: (id: number) => MessageToSupervisor,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, resolve as (reply: Reply) => void);
      send(toMessage(id));
      const expire = (): void => {
        if (waiting.delete(id)) reject(operateError('the supervisor does not reply'));
      };
      setTimeout(expire, REPLY_TIMEOUT).unref();
    });
  let asked: Promise<ServerMetrics> | undefined;
  /**
   * Pages that request it at the same time share one reply, because each reply costs all processes
   * some work.
   */
  const ask = (): Promise<ServerMetrics> =>
    (asked ??= request<Reply & { gati: 'all-metrics' }>((id) => ({
      gati: 'request-metrics',
      id,
    })).finally(() => {
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
    async operate(order) {
      const { status, error } = await request<Reply & { gati: 'operated' }>((id) => ({
        gati: 'operate',
        id,
        order,
      }));
      if (error !== undefined) throw operateError(error);
      if (order.do === 'set') onSet(order.overrides);
      return status;
    },
    receive(message) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    },
  };
}
