import nodeAdapter, { type NodeAdapter } from 'crossws/adapters/node';
import type { AppState } from '../app-state.ts';
import { EVERY_RESPONSE, toPairs } from '../response/headers.ts';
import { WebSocketHooks } from './hooks.ts';

/** crossws on Node's sockets. Loaded by the first upgrade, and `ws` with it. */
export async function openNodeSockets(
  { options, limits }: AppState,
  { hooks }: WebSocketHooks,
): Promise<NodeAdapter> {
  const { namespace } = WebSocketHooks;
  const link = await options.publishLink?.();
  return nodeAdapter({
    getNamespace: () => namespace,
    serverOptions: { maxPayload: limits.message },
    hooks: { ...hooks, upgrade: () => ({ headers: toPairs(EVERY_RESPONSE) }) },
    // What other processes published comes back by `deliver`, which publishes it to the peers of this one alone.
    sync:
      link &&
      (() => ({
        publish: (message) => link.publish(message),
        subscribe: (deliver) =>
          link.receive(({ topic, data }) => deliver({ namespace, topic, data })),
      })),
  });
}
