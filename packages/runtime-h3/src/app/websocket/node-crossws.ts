import nodeAdapter, { type NodeAdapter } from 'crossws/adapters/node';
import type { Core } from '../app-state.ts';
import { SocketEvents } from './hooks.ts';

/** crossws on Node's sockets. Loaded by the first upgrade, and `ws` with it. */
export async function openNodeSockets(
  { options, limits }: Core,
  { hooks }: SocketEvents,
): Promise<NodeAdapter> {
  const { namespace } = SocketEvents;
  const link = await options.link?.();
  return nodeAdapter({
    getNamespace: () => namespace,
    serverOptions: { maxPayload: limits.message },
    hooks,
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
