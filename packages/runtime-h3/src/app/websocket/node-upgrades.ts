import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NodeAdapter } from 'crossws/adapters/node';
import { IncomingRequest } from '../request/incoming.ts';
import type { AppState } from '../app-state.ts';
import { isSocketRoute } from './is-socket-route.ts';
import { respondError } from '../response/respond-error.ts';
import { UpgradeExchange } from './upgrade-exchange.ts';

/** WebSocket handshakes for the routes of the app, on Node's sockets. */
export class NodeUpgrades {
  readonly #app: AppState;
  #adapter: Promise<NodeAdapter> | undefined;

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Returns `false` without touching the socket if no WebSocket route has the path. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (req.headers.upgrade?.toLowerCase() !== 'websocket') return false;
    const incoming = new IncomingRequest(this.#app, new UpgradeExchange(req, socket), undefined);
    if (!isSocketRoute(incoming)) return false;
    // Without a listener an error of the socket, such as a reset, would end the process.
    socket.on('error', () => undefined);
    void this.#open(incoming, req, socket, head);
    return true;
  }

  async #open(
    incoming: IncomingRequest,
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    // Loaded on first use: few servers have WebSockets.
    const { acceptSocket } = await import('./handshake.ts');
    const call = await acceptSocket(incoming);
    if (call === undefined) return;
    this.#adapter ??= this.#load();
    // The parts of a `Request` that crossws reads. Each event of the peer has this context.
    const handshake = {
      url: 'http://localhost/',
      headers: new Headers(),
      context: { call },
    } as unknown as Request;
    try {
      await (await this.#adapter).handleUpgrade(req, socket, head, handshake);
    } catch (error) {
      respondError(call, error);
    }
  }

  async #load(): Promise<NodeAdapter> {
    return (await import('./node-crossws.ts')).openNodeSockets(this.#app);
  }
}
