import type { MessageToSupervisor, MessageToWorker } from './messages.ts';

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

type AllMetrics = MessageToWorker & { gati: 'all-metrics' };

/** Reply of the supervisor to a request with an id. */
export type SupervisorReply = MessageToWorker & { gati: 'all-metrics' | 'operated' };

/** Requests of this process to the supervisor. */
export interface SupervisorRequests {
  /** Sends a message with a new id. Resolves to the reply, or rejects with `late()` without one. */
  request<Reply extends SupervisorReply>(
    toMessage: (id: number) => MessageToSupervisor,
    late: () => Error,
  ): Promise<Reply>;
  /**
   * Requests the metrics of all processes. Callers at the same time share one reply, because each
   * reply costs all processes some work.
   */
  requestMetrics(): Promise<AllMetrics>;
  receive(reply: SupervisorReply): void;
}

export function createSupervisorRequests(
  send: (message: MessageToSupervisor) => void,
  replyTimeout: number = REPLY_TIMEOUT,
): SupervisorRequests {
  const waiting = new Map<number, (reply: SupervisorReply) => void>();
  let lastId = 0;
  let metrics: Promise<AllMetrics> | undefined;
  const request = <Reply extends SupervisorReply>(
    toMessage: (id: number) => MessageToSupervisor,
    late: () => Error,
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, resolve as (reply: SupervisorReply) => void);
      send(toMessage(id));
      const expire = (): void => {
        if (waiting.delete(id)) reject(late());
      };
      setTimeout(expire, replyTimeout).unref();
    });
  return {
    request,
    requestMetrics: () =>
      (metrics ??= request<AllMetrics>(
        (id) => ({ gati: 'request-metrics', id }),
        () => new Error('The supervisor sent no metrics.'),
      ).finally(() => {
        metrics = undefined;
      })),
    receive(reply) {
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    },
  };
}
