import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createTrustedPeer } from '../../app/request/client-ip.ts';
import { belowBase, normalizeBase } from '../../app/request/path.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { DrainState } from '../http/drain-state.ts';
import type { DomainProxy } from './domain-proxy.ts';
import type { HttpServerHooks } from './http-server.ts';

type Handlers = Pick<HttpServerHooks, 'onRequest' | 'onUpgrade'>;

/** Passes requests for the routes of some domains to the servers of these domains. */
export interface DomainServers {
  /** Takes the requests for the domains before these handlers, which serve them otherwise. */
  guard(handlers: Handlers): Handlers;
}

export interface DomainServersOptions {
  /** Origins of servers by domain. */
  domains: ReadonlyMap<string, URL>;
  /** The release whose route table decides. */
  own: Pick<ReleaseBundle, 'match'>;
  base: string | undefined;
  trustProxy: number | string[] | undefined;
  state: DrainState;
}

export function createDomainServers({
  domains,
  own,
  base,
  trustProxy,
  state,
}: DomainServersOptions): DomainServers {
  const root = normalizeBase(base);
  const isTrusted = createTrustedPeer(trustProxy);
  /** Loaded late: a server may get no request for a domain. */
  let proxy: Promise<DomainProxy> | undefined;
  const load = (): Promise<DomainProxy> =>
    (proxy ??= import('./domain-proxy.ts').then(({ createDomainProxy }) =>
      createDomainProxy(isTrusted),
    ));
  const originOf = (method: string, url: string): URL | undefined => {
    const query = url.indexOf('?');
    const path = belowBase(query === -1 ? url : url.slice(0, query), root);
    const route = path === undefined ? undefined : own.match(method, path);
    return route && domains.get(route.data.domain);
  };
  return {
    guard: ({ onRequest, onUpgrade }) => ({
      onRequest(req: IncomingMessage, res: ServerResponse) {
        const origin = originOf(req.method === 'HEAD' ? 'GET' : req.method!, req.url!);
        if (!origin) return onRequest(req, res);
        if (state.draining) res.shouldKeepAlive = false;
        void load().then((passer) => passer.request(origin, req, res, () => onRequest(req, res)));
      },
      onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer) {
        const origin = originOf('WS', req.url!);
        if (!origin) return onUpgrade(req, socket, head);
        void load().then((passer) =>
          passer.upgrade(origin, req, socket, head, () => {
            if (!onUpgrade(req, socket, head)) socket.destroy();
          }),
        );
        return true;
      },
    }),
  };
}
