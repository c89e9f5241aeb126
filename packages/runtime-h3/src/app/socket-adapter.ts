import type { Message, Peer } from 'crossws';
import type { NodeAdapter } from 'crossws/adapters/node';
import type { SocketHooks } from '../context/types.ts';
import type { Call } from './call.ts';
import type { Core } from './core.ts';
import { MessageRefused, readMessage } from './socket-message.ts';
import { AppPeer } from './socket-peer.ts';

const INTERNAL_ERROR = 1011;

const peers = new WeakMap<Peer, AppPeer>();

/** What crossws reads of a handshake's request; its context comes back with every event of the peer. */
export function toHandshake(call: Call): Request {
  return { url: 'http://localhost/', headers: new Headers(), context: { call } } as unknown as Request;
}

/** crossws and `ws` are loaded by the first upgrade. */
export async function createAdapter(core: Core): Promise<NodeAdapter> {
  const { default: nodeAdapter } = await import('crossws/adapters/node');
  return nodeAdapter({
    // Topics are the app's, not one path's.
    getNamespace: () => 'gati',
    serverOptions: { maxPayload: core.limits.message },
    hooks: {
      open: (peer) => guard(peer, 'open', (hooks, own, call) => hooks.open?.(own, call.gctx as never)),
      message: (peer, message) =>
        guard(peer, 'message', (hooks, own, call) => hooks.message?.(own, read(message, call, core) as never, call.gctx as never)),
      close: (peer, details) => guard(peer, 'close', (hooks, own, call) => hooks.close?.(own, details, call.gctx as never)),
      error: (peer, error) => guard(peer, 'error', (hooks, own, call) => hooks.error?.(own, error, call.gctx as never)),
    },
  });
}

function read(message: Message, call: Call, core: Core): unknown {
  return readMessage(call.plan?.receive, message.rawData as string | Uint8Array, call.release.bundle.contract.$defs, core.limits.depth);
}

type Run = (hooks: SocketHooks, peer: AppPeer, call: Call) => unknown;

/** Code of the moment runs, so that in development an edit reaches open sockets. Nothing that a hook does escapes. */
async function guard(peer: Peer, event: keyof SocketHooks, run: Run): Promise<void> {
  const call = peer.context['call'] as Call;
  let own = peers.get(peer);
  if (own === undefined) peers.set(peer, (own = new AppPeer(peer, call)));
  let hooks: SocketHooks = {};
  try {
    const found = call.slot.slot.live();
    const live = found instanceof Promise ? await found : found;
    call.plan = call.slot.plan(live, call.release);
    hooks = live.socket ?? {};
    await run(hooks, own, call);
  } catch (error) {
    if (error instanceof MessageRefused) return own.close(error.code, error.reason);
    call.logger.error('a socket failed', { route: call.route, event, traceId: call.ids.slice(0, 32), error });
    if (event === 'error' || event === 'close') return;
    try {
      await hooks.error?.(own, error, call.gctx as never);
    } catch (second) {
      call.logger.error('a socket failed', { route: call.route, event: 'error', error: second });
    }
    own.close(INTERNAL_ERROR, 'internal error');
  }
}
