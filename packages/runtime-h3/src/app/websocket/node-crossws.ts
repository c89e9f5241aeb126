import nodeAdapter, { type NodeAdapter } from 'crossws/adapters/node';
import type { AppState } from '../app-state.ts';
import { EVERY_RESPONSE, toPairs } from '../response/headers.ts';
import { WebSocketHooks } from './hooks.ts';

/** Opens crossws on Node's sockets. The first handshake loads it, together with `ws`. */
export async function openNodeSockets(app: AppState): Promise<NodeAdapter> {
  const { options, limits } = app;
  const { hooks } = WebSocketHooks.of(app);
  const { namespace } = WebSocketHooks;
  const link = await options.publishLink?.();
  return nodeAdapter({
    getNamespace: () => namespace,
    serverOptions: { maxPayload: limits.message },
    idleTimeout: limits.pingInterval / 1000,
    hooks: { ...hooks, upgrade: () => ({ headers: toPairs(EVERY_RESPONSE) }) },
    // `deliver` publishes the messages of other processes to the peers of this process only.
    sync:
      link &&
      (() => ({
        publish: (message) => link.publish(message),
        subscribe: (deliver) =>
          link.receive(({ topic, data }) => deliver({ namespace, topic, data })),
      })),
  });
}
