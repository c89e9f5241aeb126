import type { Hooks, Message, Peer } from 'crossws';
import type { GlobalContext, SocketHooks } from '../../types/context.ts';
import type { Call } from '../request/call.ts';
import type { AppState } from '../app-state.ts';
import { MessageError, readMessage } from './message.ts';
import { AppPeer } from './peer.ts';

const TOO_LARGE = 1009;
const INTERNAL_ERROR = 1011;

type Run = (hooks: SocketHooks, peer: AppPeer, gctx: GlobalContext, call: Call) => unknown;

/** What happens on open sockets, for every adapter of crossws. A peer's context has its handshake as `call`. */
export class WebSocketHooks {
  /** Topics are the app's, not one path's. */
  static readonly namespace = 'gati';
  readonly hooks: Pick<Hooks, 'open' | 'message' | 'close' | 'error'>;
  readonly #app: AppState;
  readonly #peers = new Map<Peer, AppPeer>();

  constructor(app: AppState) {
    this.#app = app;
    this.hooks = {
      open: (peer) => this.#run(peer, 'open', (hooks, own, gctx) => hooks.open?.(own, gctx)),
      message: (peer, message) =>
        this.#run(peer, 'message', (hooks, own, gctx, call) =>
          hooks.message?.(own, this.#read(message, call) as never, gctx),
        ),
      close: async (peer, details) => {
        await this.#run(peer, 'close', (hooks, own, gctx) => hooks.close?.(own, details, gctx));
        if (this.#peers.delete(peer)) (peer.context['call'] as Call).release.open--;
      },
      error: (peer, error) =>
        this.#run(peer, 'error', (hooks, own, gctx) => hooks.error?.(own, error, gctx)),
    };
  }

  /** Asks every peer to go. */
  close(code: number, reason: string): void {
    for (const peer of this.#peers.values()) peer.close(code, reason);
  }

  #read(message: Message, call: Call): unknown {
    const { $defs } = call.release.bundle.contract;
    const { limits } = this.#app;
    const raw = typeof message.rawData === 'string' ? message.rawData : message.uint8Array();
    // Adapters that can, refuse it before it is read.
    if (raw.length > limits.message) throw new MessageError(TOO_LARGE, 'too large');
    return readMessage(call.plan?.receive, raw, $defs, limits.depth);
  }

  /** Code of the moment runs, so that in development an edit reaches open sockets. Nothing that a hook does escapes. */
  async #run(peer: Peer, event: keyof SocketHooks, run: Run): Promise<void> {
    const call = peer.context['call'] as Call;
    const gctx = call.gctx as GlobalContext;
    let own = this.#peers.get(peer);
    if (own === undefined) {
      this.#peers.set(peer, (own = new AppPeer(peer, call)));
      call.release.open++;
    }
    let hooks: SocketHooks = {};
    try {
      const found = call.routeState.route.load();
      const route = found instanceof Promise ? await found : found;
      call.plan = call.routeState.plan(route, call.release);
      hooks = route.socket ?? {};
      await run(hooks, own, gctx, call);
    } catch (error) {
      if (error instanceof MessageError) return own.close(error.code, error.reason);
      call.logger.error('a socket failed', {
        route: call.route,
        event,
        traceId: call.traceId,
        error,
      });
      if (event === 'error' || event === 'close') return;
      try {
        await hooks.error?.(own, error, gctx);
      } catch (hookError) {
        call.logger.error('a socket failed', {
          route: call.route,
          event: 'error',
          error: hookError,
        });
      }
      own.close(INTERNAL_ERROR, 'internal error');
    }
  }
}
