import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Ingest } from '../../../collector/ingest.ts';
import {
  LONGEST_HELLO,
  parsePeerHello,
  PEER_IDENTITY,
  PEER_TLS,
  type PeerHello,
  peerKey,
} from './peer-protocol.ts';
import type { PeerAddress } from './settings.ts';

const HANDSHAKE_TIME = 5000;
const MOST_CONNECTIONS = 256;
/** Maximum number of connections of one address, so that one client can't take all. */
const MOST_PER_ADDRESS = 8;
/** Milliseconds between two probes of a silent connection. */
const KEEP_ALIVE = 30_000;

export interface PeerServer {
  port: number;
  close(): void;
}

export interface PeerServerOptions {
  listen: PeerAddress;
  token: string;
  hello: PeerHello;
  /** Receives the lines of the peers. */
  ingest: Pick<Ingest, 'connection'>;
  /** Milliseconds for the handshake, and again for the first line. */
  handshakeTime?: number;
}

/**
 * Receives the telemetry of other servers of the app. The handshake rejects a client that does not
 * know the token.
 */
export async function listenForPeers({
  listen,
  token,
  hello,
  ingest,
  handshakeTime = HANDSHAKE_TIME,
}: PeerServerOptions): Promise<PeerServer> {
  const key = peerKey(token);
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      ...PEER_TLS,
      handshakeTimeout: handshakeTime,
      pskCallback: (_socket, identity) => (identity === PEER_IDENTITY ? key : null),
    },
    (socket) => {
      const timer = setTimeout(() => socket.destroy(), handshakeTime).unref();
      socket.on('close', () => clearTimeout(timer));
      receive(socket, hello, ingest, () => clearTimeout(timer));
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    let count = 0;
    for (const each of sockets) if (each.remoteAddress === remoteAddress) count++;
    if (count >= MOST_PER_ADDRESS) return void socket.destroy();
    socket.setKeepAlive(true, KEEP_ALIVE);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** @param onPeer called when the first line is that of a peer */
function receive(
  socket: TLSSocket,
  hello: PeerHello,
  ingest: Pick<Ingest, 'connection'>,
  onPeer: () => void,
): void {
  let take: ((text: string) => void) | undefined;
  let rest = '';
  socket.on('error', () => {});
  socket.write(`${JSON.stringify(hello)}\n`);
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    if (take) return take(text);
    rest += text;
    const end = rest.indexOf('\n');
    if (end === -1 && rest.length <= LONGEST_HELLO) return;
    const peer = end === -1 ? undefined : parsePeerHello(rest.slice(0, end));
    if (peer === undefined || peer.id === hello.id) return void socket.destroy();
    onPeer();
    take = ingest.connection(peer.instance);
    take(rest.slice(end + 1));
  });
}
