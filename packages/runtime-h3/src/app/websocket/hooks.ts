import type { Hooks, Message, Peer } from 'crossws';
import type { GlobalContext, SocketHooks } from '../../types/context.ts';
import type { Call } from '../request/call.ts';
import { SocketStats } from '../../telemetry/record/socket-stats.ts';
import type { AppState } from '../app-state.ts';
import { boundOutput, onSilence } from './bound-output.ts';
import { MessageError, readMessage } from './message.ts';
import { MessageQueue } from './message-queue.ts';
import { AppPeer } from './peer.ts';

const TOO_LARGE = 1009;
const INTERNAL_ERROR = 1011;
/** IANA: the server is overloaded, and the client may connect again. */
const TRY_AGAIN_LATER = 1013;

/** An open socket. */
interface OpenPeer {
  appPeer: AppPeer;
  messages: MessageQueue;
  /** `performance.now()` of its first event. */
  since: number;
}

type Run = (hooks: SocketHooks, peer: AppPeer, gctx: GlobalContext, call: Call) => unknown;

/**
 * Hooks of open sockets, for every adapter of crossws. The context of a peer has the call of its
 * handshake as `call`.
 */
export class WebSocketHooks {
  /** Topics belong to the app, not to one path. */
  static readonly namespace = 'gati';
  readonly hooks: Pick<Hooks, 'open' | 'message' | 'close' | 'error'>;
  readonly stats: SocketStats = new SocketStats();
  readonly #app: AppState;
  readonly #peers = new Map<Peer, OpenPeer>();

  /** The hooks of an app. Its first WebSocket creates them, since few apps have one. */
  static of(app: AppState): WebSocketHooks {
    const hooks = app.openSockets instanceof WebSocketHooks ? app.openSockets : undefined;
    return hooks ?? (app.openSockets = new WebSocketHooks(app));
  }

  private constructor(app: AppState) {
    this.#app = app;
    this.hooks = {
      open: (peer) =>
        this.#run(peer, 'open', (hooks, appPeer, gctx) => hooks.open?.(appPeer, gctx)),
      message: (peer, message) =>
        this.#peer(peer).messages.run(() =>
          this.#run(peer, 'message', (hooks, appPeer, gctx, call) => {
            const read = this.#read(message, call);
            return read instanceof Promise
              ? read.then((value) => hooks.message?.(appPeer, value as never, gctx))
              : hooks.message?.(appPeer, read as never, gctx);
          }),
        ),
      close: async (peer, details) => {
        this.#peers.get(peer)?.messages.flush();
        await this.#run(peer, 'close', (hooks, appPeer, gctx) =>
          hooks.close?.(appPeer, details, gctx),
        );
        this.#end(peer);
      },
      error: (peer, error) => {
        if (isTooLarge(error)) this.#app.limitCounts.add('message');
        return this.#run(peer, 'error', (hooks, appPeer, gctx) =>
          hooks.error?.(appPeer, error, gctx),
        );
      },
    };
  }

  /** Sends each peer a close frame. */
  close(code: number, reason: string): void {
    for (const { appPeer } of this.#peers.values()) appPeer.close(code, reason);
  }

  #end(peer: Peer): void {
    const open = this.#peers.get(peer);
    if (open === undefined) return;
    this.#peers.delete(peer);
    const { release, routeState } = peer.context['call'] as Call;
    release.open--;
    this.stats.close(routeState.stats, (performance.now() - open.since) * 1000);
  }

  #read(message: Message, call: Call): unknown {
    const { $defs } = call.release.bundle.contract;
    const { limits, limitCounts } = this.#app;
    const raw = typeof message.rawData === 'string' ? message.rawData : message.uint8Array();
    // An adapter with its own limit has already rejected the message.
    if (raw.length > limits.message) {
      limitCounts.add('message');
      throw new MessageError(TOO_LARGE, 'too large');
    }
    return readMessage(call.plan?.receive, raw, $defs, limits.depth);
  }

  /** Returns the state of a socket. The first event of the socket creates it. */
  #peer(peer: Peer): OpenPeer {
    const known = this.#peers.get(peer);
    if (known !== undefined) return known;
    const call = peer.context['call'] as Call;
    const { limits, limitCounts } = this.#app;
    const open: OpenPeer = {
      appPeer: new AppPeer(peer, call),
      messages: new MessageQueue(limits.socketHooks, peer.websocket, () =>
        limitCounts.add('socketHooks'),
      ),
      since: performance.now(),
    };
    this.#peers.set(peer, open);
    boundOutput(peer.websocket, limits.sendQueue, () => {
      limitCounts.add('sendQueue');
      call.logger.warn('a socket is closed, since its client reads too slowly', {
        route: call.route,
        traceId: call.traceId,
        limit: 'sendQueue',
      });
      peer.close(TRY_AGAIN_LATER, 'reads too slowly');
    });
    onSilence(peer.websocket, () => limitCounts.add('pingInterval'));
    call.release.open++;
    this.stats.open(call.routeState.stats);
    return open;
  }

  /**
   * Runs a hook with the code that is loaded now: in development an edit reaches open sockets.
   * Never rejects.
   */
  async #run(peer: Peer, event: keyof SocketHooks, run: Run): Promise<void> {
    const call = peer.context['call'] as Call;
    const gctx = call.gctx as GlobalContext;
    const { appPeer } = this.#peer(peer);
    let hooks: SocketHooks = {};
    try {
      const loaded = call.routeState.route.load();
      const route = loaded instanceof Promise ? await loaded : loaded;
      call.plan = call.routeState.plan(route, call.release);
      const found = (hooks = call.plan.route.socket ?? {});
      const { tracer } = this.#app;
      await (tracer === undefined
        ? run(found, appPeer, gctx, call)
        : tracer.enterHook(call, () => run(found, appPeer, gctx, call)));
    } catch (error) {
      if (error instanceof MessageError) return appPeer.close(error.code, error.reason);
      call.logger.error('a socket failed', {
        route: call.route,
        version: call.version,
        event,
        traceId: call.traceId,
        error,
      });
      if (event === 'error' || event === 'close') return;
      try {
        await hooks.error?.(appPeer, error, gctx);
      } catch (hookError) {
        call.logger.error('a socket failed', {
          route: call.route,
          version: call.version,
          event: 'error',
          error: hookError,
        });
      }
      appPeer.close(INTERNAL_ERROR, 'internal error');
    }
  }
}

/** Whether `ws` rejected a message by its length. crossws passes on only the text of the error. */
function isTooLarge({ message }: Error): boolean {
  return message.includes('Max payload size exceeded');
}
