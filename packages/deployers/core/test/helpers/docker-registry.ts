import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import {
  findBinary,
  manage,
  type Missing,
  type TestServer,
} from '../../../../../test/servers/process.ts';

/** `ada:lovelace`, hashed by `htpasswd -B` at the lowest cost. */
const HTPASSWD = 'ada:$2y$05$MxzojE1Lp142MAyBuQFKy.AKtgYlGWjDi6SoqjB/bcqZ3PgcUzYPm\n';

/** Starts the registry of Docker on loopback. With `password`, only `ada` with that of the test may use it. */
export async function startRegistry({ password = false } = {}): Promise<TestServer | Missing> {
  const binary = findBinary('docker-registry') ?? findBinary('registry');
  if (!binary)
    return { reason: 'docker-registry is not installed (Debian: apt-get install docker-registry)' };
  const folder = createFolder('registry');
  const port = await freePort();
  const passwords = path.join(folder, 'htpasswd');
  fs.writeFileSync(passwords, HTPASSWD);
  const file = path.join(folder, 'config.json');
  fs.writeFileSync(
    file,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: path.join(folder, 'data') } },
      http: { addr: `127.0.0.1:${port}` },
      ...(password && { auth: { htpasswd: { realm: 'test', path: passwords } } }),
    }),
  );
  return manage({
    url: `http://127.0.0.1:${port}`,
    folder,
    signal: 'SIGTERM',
    launch: () => spawn(binary, ['serve', file], { stdio: ['ignore', 'pipe', 'pipe'] }),
    answers: async () => (await fetch(`http://127.0.0.1:${port}/v2/`)).status < 500,
  });
}

/** A request that a proxy passes on, or handles itself. */
export interface Passing {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
}

export interface Proxy {
  host: string;
  log: Passing[];
  stop(): Promise<void>;
}

/**
 * Starts a proxy in front of a registry.
 *
 * @param handle returns a status to respond with, `cut` to end the connection, or `undefined` to
 *   pass the request on
 */
export async function startProxy(
  target: string,
  handle: (
    request: Passing,
    response: http.ServerResponse,
  ) => number | 'cut' | 'handled' | undefined,
): Promise<Proxy> {
  const log: Passing[] = [];
  const server = http.createServer((incoming, response) => {
    const request = { method: incoming.method!, path: incoming.url!, headers: incoming.headers };
    log.push(request);
    const result = handle(request, response);
    if (result === 'handled') return;
    if (result === 'cut') return void incoming.once('data', () => incoming.destroy());
    if (result !== undefined) {
      incoming.resume();
      return void response.writeHead(result).end();
    }
    const outgoing = http.request(
      new URL(request.path, target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Rejects a request of a registry, in the form of the OCI distribution specification. */
export function rejectRequest(
  response: http.ServerResponse,
  status: number,
  code: string,
  message: string,
): 'handled' {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
  return 'handled';
}
