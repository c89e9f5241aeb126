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
 * Ports below the range from which systems choose ports for outgoing connections and for servers on
 * port 0.
 */
const [FIRST, LAST] = [15_000, 32_000];

/**
 * Finds a port of loopback that is free at this moment. Use it only for a program that can't listen
 * on port 0 and report its port. No system gives the port to another process meanwhile, since it
 * is below the ephemeral ports.
 *
 * @example
 * start('redis-server', ['--port', String(await freePort())], {});
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
