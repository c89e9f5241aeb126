import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { GatiError } from '@gati/contract';

/** Milliseconds of silence after which the system checks whether the client still responds. */
const KEEP_ALIVE_DELAY = 60_000;

/**
 * Opens the port in the supervisor, which keeps it while workers come and go. When a worker crashes,
 * clients wait for the next one.
 * @throws {GatiError} GATI_PORT_TAKEN when another process listens on the port
 * @throws {GatiError} GATI_LISTEN when the system rejects the address or the port
 */
export async function listen(
  host: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(
    {
      pauseOnConnect: true,
      noDelay: true,
      allowHalfOpen: true,
      // The system ends quiet connections whose client is gone, such as those of event streams.
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY,
    },
    onConnection,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, { host, port, variables: ['HOST', 'PORT'] })),
    );
    server.listen({ host, port, backlog: 511 }, resolve);
  });
  return server;
}

/** Returns a URL that a browser on this machine can open. */
export function toUrl(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export interface ListenAddress {
  host: string;
  port: number;
  /** Environment variables that set host and port. */
  variables: readonly [host: string, port: string];
}

export function listenError(
  error: NodeJS.ErrnoException,
  { host, port, variables }: ListenAddress,
): GatiError {
  const [hostName, portName] = variables;
  if (error.code === 'EADDRINUSE') {
    return new GatiError({
      code: 'GATI_PORT_TAKEN',
      message: `Port ${port} on ${host} is taken by another process.`,
      fix: `Stop that process, or choose another port: ${portName}=${port + 1}, or ${portName}=0 for any free one.`,
    });
  }
  return new GatiError(
    {
      code: 'GATI_LISTEN',
      message: `The server can't listen on ${host}:${port}: ${error.message}.`,
      fix: `Set ${hostName} to an address of this machine (0.0.0.0 for all) and ${portName} to one that this user may open (1024 or above).`,
    },
    { cause: error },
  );
}
