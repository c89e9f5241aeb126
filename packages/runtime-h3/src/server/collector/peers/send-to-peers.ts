import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import { type BoundedLink, openBoundedLink } from '../../channel/bounded-link.ts';
import {
  parsePeerHello,
  PEER_IDENTITY,
  PEER_TLS,
  type PeerHello,
  peerKey,
} from './peer-protocol.ts';
import type { PeerAddress } from './settings.ts';

/** Bytes that may wait for one peer. */
const QUEUE_LIMIT = 1024 ** 2;
/** Maximum number of connections to peers. */
const MOST_LINKS = 64;
/** Milliseconds between two searches for the addresses of the names. */
const LOOKUP_INTERVAL = 10_000;
/** Lines wait until they have this many characters, or until the time in milliseconds is over. */
const CHUNK = 64 * 1024;
const FLUSH_AFTER = 100;

export interface PeerSender {
  /** @param line without `\n`. @param pid process that wrote it */
  write(line: string, pid: number): void;
  close(): Promise<void>;
}

export interface PeerSenderOptions {
  peers: readonly PeerAddress[];
  token: string;
  hello: PeerHello;
  /** Milliseconds between two lookups. */
  interval?: number;
  /** Returns the addresses of a name. */
  findAddresses?(host: string): Promise<{ address: string }[]>;
}

interface Link extends BoundedLink {
  /** Id of the peer, once it is known. */
  peerId?: string;
}

/**
 * Sends the telemetry of this server to its peers. A name means all its addresses, such as
 * those of a headless service. This server itself is left out, and a server with two addresses gets
 * everything once.
 */
export function createPeerSender({
  peers,
  token,
  hello,
  interval = LOOKUP_INTERVAL,
  findAddresses = (host) => lookup(host, { all: true }),
}: PeerSenderOptions): PeerSender {
  const key = peerKey(token);
  /** By address. `null`: the address of this server, or the second one of another. */
  const links = new Map<string, Link | null>();
  let chunk = '';
  let lastPid: number | undefined;
  let flushTimer: NodeJS.Timeout | undefined;

  function open(address: string, host: string, port: number): Link {
    const link: Link = openBoundedLink({
      connect: () =>
        connect({
          ...PEER_TLS,
          host,
          port,
          // The key proves the identity of the peer, which has no certificate.
          checkServerIdentity: () => undefined,
          pskCallback: () => ({ psk: key, identity: PEER_IDENTITY }),
        }),
      opensWith: 'secureConnect',
      hello,
      queueLimit: QUEUE_LIMIT,
      onLine: () => {},
      accept(line) {
        const id = parsePeerHello(line)?.id;
        if (id === undefined) return false;
        const isKnown = [...links.values()].some((each) => each !== link && each?.peerId === id);
        if (id !== hello.id && !isKnown) {
          link.peerId = id;
          return true;
        }
        links.set(address, null);
        void link.close();
        return false;
      },
    });
    return link;
  }

  async function findPeers(): Promise<void> {
    const found = await Promise.all(
      peers.map(async ({ host, port }) => {
        // If a name can't be resolved now, its connections stay open.
        const addresses = await findAddresses(host).catch(() => undefined);
        return { port, addresses };
      }),
    );
    const wanted = new Map<string, [host: string, port: number]>();
    for (const { port, addresses = [] } of found)
      for (const { address } of addresses) wanted.set(`${address} ${port}`, [address, port]);
    const isComplete = found.every(({ addresses }) => addresses !== undefined);
    if (isClosed) return;
    const gone = isComplete ? [...links].filter(([address]) => !wanted.has(address)) : [];
    for (const [address, link] of gone) {
      links.delete(address);
      void link?.close();
    }
    // A second address may be the only one now.
    if (gone.length > 0)
      for (const [address, link] of links) if (link === null) links.delete(address);
    for (const [address, [host, port]] of wanted)
      if (!links.has(address) && links.size < MOST_LINKS)
        links.set(address, open(address, host, port));
  }

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (chunk === '') return;
    for (const link of links.values()) link?.write(chunk);
    chunk = '';
    lastPid = undefined;
  }

  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  /** Waits for each lookup, so that lookups do not pile up at a slow DNS server. */
  async function keepPeers(): Promise<void> {
    await findPeers();
    if (!isClosed) timer = setTimeout(() => void keepPeers(), interval).unref();
  }
  void keepPeers();
  return {
    write(line, pid) {
      // Each chunk begins with a process, since chunks may be dropped.
      if (pid !== lastPid) chunk += `{"gati":"hello","pid":${pid}}\n`;
      lastPid = pid;
      chunk += `${line}\n`;
      if (chunk.length >= CHUNK) flush();
      else flushTimer ??= setTimeout(flush, FLUSH_AFTER);
    },
    async close() {
      flush();
      isClosed = true;
      clearTimeout(timer);
      await Promise.all([...links.values()].map((link) => link?.close()));
    },
  };
}
