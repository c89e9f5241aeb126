import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/**
 * Starts a server on a free port of loopback and returns the port.
 *
 * @example
 * const port = await listen(createServer((req, res) => res.end('hello')));
 */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/**
 * Finds a port of loopback that is free at this moment. Use it only for a program that can't listen
 * on port 0 and report its port: another process may take the port first.
 *
 * @example
 * start('redis-server', ['--port', String(await freePort())], {});
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
