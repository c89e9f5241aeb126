import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOrigin } from '../../src/access/origin.ts';
import { createServerGate } from '../../src/access/server-gate.ts';
import { type AccessStore, openAccessStore } from '../../src/access/store/access-store.ts';
import type { Action } from '../../src/actions/action.ts';
import { createPanel } from '../../src/server/index.ts';
import { FACTS } from './panel-server.ts';
import { NOW } from './records.ts';

/** A client with its own cookies, as a browser has them. */
export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string | undefined>): Promise<Answer>;
  /** Cookies as `name=value`. */
  cookie: string;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  body: any;
}

export interface AccessServer {
  store: AccessStore;
  port: number;
  origin: string;
  client(): Client;
  /** Moves the clock by milliseconds. */
  wait(milliseconds: number): void;
  now(): number;
  close(): Promise<void>;
}

/** Serves the panel of a built server, without the worker before it. */
export async function startAccessServer({
  file = ':memory:',
  actions = [],
  configured,
  folder,
}: {
  file?: string;
  actions?: readonly Action[];
  configured?: string;
  /** The built pages. */
  folder?: string;
} = {}): Promise<AccessServer> {
  let time = NOW;
  const now = (): number => time;
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const store = openAccessStore(file, now);
  const origin = readOrigin(configured, port);
  const panel = createPanel({
    app: () => FACTS,
    gate: createServerGate({ store, origin, now }),
    audit: store.audit,
    actions,
    now,
    ...(folder !== undefined && { folder }),
  });
  server.on('request', (req, res) => panel.handle(req, res, req.url ?? ''));
  const [accepted] = origin.accepted;
  return {
    store,
    port,
    origin: accepted!,
    now,
    wait(milliseconds) {
      time += milliseconds;
    },
    client: () => createClient(port, accepted!),
    async close() {
      if (!server.listening) return;
      panel.close();
      store.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createClient(port: number, origin: string): Client {
  const send = (
    method: string,
    path: string,
    given: Record<string, string | undefined>,
    body?: unknown,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(
        Object.entries({
          host: new URL(origin).host,
          'x-gati-client': '{"address":"192.0.2.1","secure":false}',
          ...(client.cookie !== '' && { cookie: client.cookie }),
          ...given,
        }).filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const target = `/_control/api/${path}`;
      const request = http.request(
        { port, host: '127.0.0.1', path: target, method, headers },
        (res) => {
          let text = '';
          res.setEncoding('utf8').on('data', (part: string) => (text += part));
          res.on('end', () => {
            for (const line of res.headers['set-cookie'] ?? [])
              client.cookie = line.split(';', 1)[0]!;
            const body = text === '' ? undefined : JSON.parse(text);
            resolve({ status: res.statusCode!, headers: res.headers, text, body });
          });
        },
      );
      request.on('error', reject);
      request.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
    });
  const client: Client = {
    cookie: '',
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, body, headers = {}) =>
      send(
        'POST',
        path,
        { origin, 'content-type': 'application/json', 'x-gati-panel': '1', ...headers },
        body,
      ),
  };
  return client;
}
