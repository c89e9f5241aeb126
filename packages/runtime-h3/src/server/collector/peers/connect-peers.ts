import { hostname } from 'node:os';
import { createIngest } from '../../../collector/ingest.ts';
import { parseReceived } from '../../../collector/parse-received.ts';
import type { TelemetryStore } from '../../../collector/telemetry-store.ts';
import type { Logger } from '../../../types/context.ts';
import type { DropLog } from '../drop-log.ts';
import { listenForPeers, type PeerServer } from './listen-for-peers.ts';
import type { PeerHello } from './peer-protocol.ts';
import { createPeerSender } from './send-to-peers.ts';
import type { PeerAddress, PeerSettings } from './settings.ts';

export interface Peers {
  /** Random id of this server. */
  id: string;
  /** Sends a line of this server to its peers. */
  relay: ((line: string, pid: number) => void) | undefined;
  stopListening(): void;
  /** Resolves when the lines so far are sent and stored, or can't be sent. */
  close(): Promise<void>;
}

export interface PeersOptions {
  /** Absent: the telemetry of others can't be kept. */
  store: Pick<TelemetryStore, 'write'> | undefined;
  drops: Pick<DropLog, 'add'>;
  logger: Logger;
}

/**
 * Exchanges telemetry with other servers of the app. Their telemetry goes into the store. Each
 * server exports and counts only its own telemetry. A port that can't be opened is logged.
 */
export async function connectPeers(
  { peers, listen, token }: PeerSettings,
  { store, drops, logger }: PeersOptions,
): Promise<Peers> {
  const instance =
    hostname()
      .replace(/[^\w.-]/g, '_')
      .slice(0, 100) || 'server';
  const hello: PeerHello = { gati: 'peer', id: crypto.randomUUID(), instance };
  const ingest =
    store &&
    createIngest({
      store,
      parse: parseReceived,
      onDrop: (reason, lines) => drops.add('lines', reason, lines),
    });
  const server = listen && (await receive(listen));
  async function receive(at: PeerAddress): Promise<PeerServer | undefined> {
    const fail = (reason: string): void =>
      logger.warn('telemetry of peers is not received', { ...at, reason });
    if (!ingest) return void fail('GATI_TELEMETRY names no store');
    try {
      const opened = await listenForPeers({ listen: at, token, hello, ingest });
      logger.info('telemetry of peers is received', { host: at.host, port: opened.port });
      return opened;
    } catch (error) {
      return void fail((error as Error).message);
    }
  }

  const sender = peers.length > 0 ? createPeerSender({ peers, token, hello }) : undefined;
  return {
    id: hello.id,
    relay: sender && ((line, pid) => sender.write(line, pid)),
    stopListening: () => server?.close(),
    async close() {
      ingest?.flush();
      await sender?.close();
    },
  };
}
