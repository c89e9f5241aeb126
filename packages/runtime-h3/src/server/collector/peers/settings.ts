import { badEnvError, type Env, readInteger } from '../../../config/read-env.ts';

/** Minimum number of characters of the token. */
const LEAST_TOKEN = 32;
/** Maximum number of addresses in `GATI_PEERS`. */
const MOST_PEERS = 64;

export interface PeerAddress {
  /** Name or IP address. A name may have several addresses. */
  host: string;
  port: number;
}

/** Servers of the same app that exchange telemetry. */
export interface PeerSettings {
  /** Where the telemetry of this server is sent to. */
  peers: PeerAddress[];
  /** Where the telemetry of others is received. Port 0: the system chooses one. */
  listen: PeerAddress | undefined;
  /** Secret that all of them know. */
  token: string;
}

/**
 * Reads the peers of this server. There are none by default.
 *
 * @throws {GatiError} GATI_BAD_ENV when a value can't be used, or the token is missing
 */
export function readPeerSettings(env: Env): PeerSettings | undefined {
  const peers = readPeers(env.GATI_PEERS ?? '');
  const port = readInteger(env, 'GATI_PEER_PORT', 0, 65_535, 'a port from 0 to 65535');
  if (peers.length === 0 && port === undefined) return undefined;
  const token = env.GATI_PEER_TOKEN ?? '';
  if (token.length < LEAST_TOKEN)
    throw badEnvError(
      'GATI_PEER_TOKEN',
      token === '' ? '' : '…',
      `a secret of at least ${LEAST_TOKEN} characters, which peers need`,
    );
  const host = env.GATI_PEER_HOST || '127.0.0.1';
  return { peers, listen: port === undefined ? undefined : { host, port }, token };
}

function readPeers(text: string): PeerAddress[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const peers = names.map(readPeer);
  if (peers.length > MOST_PEERS || peers.includes(undefined))
    throw badEnvError('GATI_PEERS', text, `at most ${MOST_PEERS} addresses such as core:4400`);
  return peers as PeerAddress[];
}

function readPeer(name: string): PeerAddress | undefined {
  const [, host, ipv6, port] = /^(?:([\w.-]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(name) ?? [];
  const number = Number(port);
  return port === undefined || number < 1 || number > 65_535
    ? undefined
    : { host: (host ?? ipv6)!, port: number };
}
