import type { NodeOperator } from '../../types/process-metrics.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import { createSupervisorRequests, type SupervisorReply } from '../channel/supervisor-requests.ts';
import { nodeSettings } from '../node-settings.ts';
import { operateError } from './operate-error.ts';

type Operated = MessageToWorker & { gati: 'operated' };

/**
 * The operator of this node for the panel. It sends a request to the supervisor, like `/metrics`.
 */
export interface CollectorOperator extends NodeOperator {
  receive(reply: SupervisorReply): void;
}

/** @param onSet called with changed settings, which apply to this process too */
export function createNodeOperator(
  send: (message: MessageToSupervisor) => void,
  onSet: (overrides: Record<string, string>) => void = () => {},
): CollectorOperator {
  const { request, requestMetrics, receive } = createSupervisorRequests(send);
  return {
    async measure() {
      const { workers, supervisor, crashes } = await requestMetrics();
      return {
        processes: [supervisor, ...workers.flatMap(({ process: measured }) => measured ?? [])],
        crashes: { ...crashes },
        inflight: workers.reduce((sum, { inflight }) => sum + inflight, 0),
      };
    },
    async health() {
      const { workers } = await requestMetrics();
      const health: Record<string, string> = {};
      for (const { modules = {}, process: measured } of workers)
        for (const [name, isHealthy] of Object.entries(modules))
          health[name] ||= isHealthy ? '' : `not healthy in process ${measured?.pid}`;
      return health;
    },
    settings: async () => nodeSettings(),
    async operate(order) {
      const { status, error } = await request<Operated>(
        (id) => ({ gati: 'operate', id, order }),
        () => operateError('the supervisor does not reply'),
      );
      if (error !== undefined) throw operateError(error);
      if (order.do === 'set') onSet(order.overrides);
      return status;
    },
    receive,
  };
}
