import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NodeAdapter } from 'crossws/adapters/node';
import { Call } from './call.ts';
import type { Core } from './core.ts';
import { fail } from './fail.ts';
import { openSocket } from './open-socket.ts';
import { belowBase, decodeParams, toPath } from './path.ts';
import { createAdapter, toHandshake } from './socket-adapter.ts';
import { UpgradeExchange } from './upgrade.ts';

/** WebSocket upgrades of the app's own paths. */
export class Sockets {
  readonly #core: Core;
  #adapter: Promise<NodeAdapter> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** `false`: not ours, and the socket is untouched. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const core = this.#core;
    const target = req.url ?? '';
    const at = target.indexOf('?');
    const whole = toPath(at === -1 ? target : target.slice(0, at));
    const path = whole === undefined ? undefined : belowBase(whole, core.base);
    if (path === undefined || req.headers.upgrade?.toLowerCase() !== 'websocket') return false;
    const exchange = new UpgradeExchange(req, socket);
    const bundle = core.options.release(exchange);
    const match = bundle.match('WS', path);
    if (match === undefined) return false;

    const release = core.state(bundle);
    const call = new Call(
      core,
      exchange,
      release,
      release.slot(match.data),
      path,
      at === -1 ? '' : target.slice(at + 1),
      performance.now(),
    );
    core.inflight.add(call);
    // Without a listener an error of the socket, for example a reset, would end the process.
    socket.on('error', () => undefined);
    try {
      call.params = decodeParams(match.params);
    } catch (error) {
      fail(call, error);
      return true;
    }
    this.#adapter ??= createAdapter(core);
    const adapter = this.#adapter;
    openSocket(core, call, async () => (await adapter).handleUpgrade(req, socket, head, toHandshake(call))).catch((error: unknown) =>
      fail(call, error),
    );
    return true;
  }

  /** Asks every peer to go; new ones are still taken until the server stops listening. */
  close(code: number, reason: string): void {
    void this.#adapter?.then((adapter) => adapter.closeAll(code, reason));
  }
}
