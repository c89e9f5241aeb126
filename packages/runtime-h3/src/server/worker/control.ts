import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { createClientIp, createTrustedPeer } from '../../app/request/client-ip.ts';
import { type ControlClient, isControlUrl, toControlRequest } from '../channel/control.ts';
import type { ControlProxy } from '../channel/control-proxy.ts';
import type { DrainState } from '../http/drain-state.ts';
import type { HttpServerHooks } from './http-server.ts';

type Handlers = Pick<HttpServerHooks, 'onRequest' | 'onUpgrade'>;

/** Passes requests for the panel to the collector. */
export interface Control {
  /** Takes the requests for the panel before these handlers. */
  guard(handlers: Handlers): Handlers;
  /** Ends open event streams, which would delay the end of the worker. */
  close(): void;
}

export interface ControlOptions {
  /** Socket on which the collector serves the panel. */
  path: string;
  /** Proxies whose forwarded headers count. */
  trustProxy: number | string[] | undefined;
  state: DrainState;
}

export function createControl({ path, trustProxy, state }: ControlOptions): Control {
  const clientIp = createClientIp(trustProxy);
  const isTrusted = createTrustedPeer(trustProxy);
  /** Loaded late: most workers never pass such a request. */
  let proxy: Promise<ControlProxy> | undefined;
  const load = (): Promise<ControlProxy> =>
    (proxy ??= import('../channel/control-proxy.ts').then(({ createControlProxy }) =>
      createControlProxy(path),
    ));
  const describe = ({ socket, headers }: IncomingMessage): ControlClient => {
    const peer = socket.remoteAddress ?? '';
    const first = (name: string): string | undefined => headers[name]?.toString();
    const scheme = isTrusted(peer) ? first('x-forwarded-proto')?.split(',', 1)[0]?.trim() : '';
    return {
      address: clientIp(peer, first('x-forwarded-for')),
      secure: scheme === 'https' || (socket as TLSSocket).encrypted === true,
    };
  };
  return {
    guard: ({ onRequest, onUpgrade }) => ({
      onRequest(req, res) {
        toControlRequest(req);
        if (!isControlUrl(req.url!)) return onRequest(req, res);
        // A page that sends requests repeatedly would keep its connection open.
        if (state.draining) res.shouldKeepAlive = false;
        const client = describe(req);
        void load().then((passer) => passer.request(req, res, client));
      },
      onUpgrade(req, socket, head) {
        toControlRequest(req);
        if (!isControlUrl(req.url!)) return onUpgrade(req, socket, head);
        const client = describe(req);
        void load().then((passer) => passer.upgrade(req, socket, head, client));
        return true;
      },
    }),
    close: () => void proxy?.then((passer) => passer.close()),
  };
}
