import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createTrustedPeer } from '../../app/request/client-ip.ts';
import { belowBase, normalizeBase } from '../../app/request/path.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { DrainState } from '../http/drain-state.ts';
import { HOPS } from './hops.ts';
import type { ServerProxy } from './server-proxy.ts';
import type { HttpServerHooks } from './http-server.ts';

type Handlers = Pick<HttpServerHooks, 'onRequest' | 'onUpgrade'>;

/** Passes requests for some releases, and for the routes of some domains, to their servers. */
export interface OtherServers {
  /** Returns handlers that pass on these requests, and leave all others to `handlers`. */
  guard(handlers: Handlers): Handlers;
}

export interface OtherServersOptions {
  /** Origins of servers by domain. */
  domains: ReadonlyMap<string, URL> | undefined;
  /** Origins of servers by exact version of the release that they serve. */
  releases: ReadonlyMap<string, URL> | undefined;
  /** The release whose route table decides. */
  own: Pick<ReleaseBundle, 'match'>;
  base: string | undefined;
  trustProxy: number | string[] | undefined;
  /** Milliseconds that a handler may take. */
  handlerTimeout: number;
  state: DrainState;
}

export function createOtherServers({
  domains,
  releases,
  own,
  base,
  trustProxy,
  handlerTimeout,
  state,
}: OtherServersOptions): OtherServers {
  const root = normalizeBase(base);
  /** Random id of this process, which no client can guess. */
  const id = randomUUID();
  const isTrusted = createTrustedPeer(trustProxy);
  /** Loaded on first use: a server may get no request for a domain. */
  let proxy: Promise<ServerProxy> | undefined;
  const load = (): Promise<ServerProxy> =>
    (proxy ??= import('./server-proxy.ts').then(({ createServerProxy }) =>
      // Twice, because the guards and the handler of the other server may each take
      // `handlerTimeout`.
      createServerProxy({ id, isTrusted, timeout: 2 * handlerTimeout }),
    ));
  const originOf = (method: string, { url: target, headers }: IncomingMessage): URL | undefined => {
    if (headers[HOPS]?.includes(id)) return undefined;
    const version = releases && headers['x-api-version'];
    const release = typeof version === 'string' ? releases?.get(version) : undefined;
    if (release || !domains) return release;
    const url = target!;
    const query = url.indexOf('?');
    const path = belowBase(query === -1 ? url : url.slice(0, query), root);
    const route = path === undefined ? undefined : own.match(method, path);
    return route && domains.get(route.data.domain);
  };
  return {
    guard: ({ onRequest, onUpgrade }) => ({
      onRequest(req: IncomingMessage, res: ServerResponse) {
        const origin = originOf(req.method === 'HEAD' ? 'GET' : req.method!, req);
        if (!origin) return onRequest(req, res);
        if (state.draining) res.shouldKeepAlive = false;
        void load().then((passer) => passer.request(origin, req, res, () => onRequest(req, res)));
      },
      onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer) {
        const origin = originOf('WS', req);
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
