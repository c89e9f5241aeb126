import { createHmac } from 'node:crypto';
import type { CommonConnectionOptions, SecureContextOptions } from 'node:tls';
import { object, parseDocument, string, oneOf } from '@gati/contract/data';

/**
 * Both ends prove that they know the token, and no other process can read their data: TLS with a
 * pre-shared key (RFC 4279) and an ephemeral exchange (RFC 5489, RFC 7905). Node supports such keys
 * in TLS 1.2 only.
 */
export const PEER_TLS: SecureContextOptions & CommonConnectionOptions = {
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
};

export const PEER_IDENTITY = 'gati-peer';

/** Derives the key of the connections, so that no connection uses the token itself. */
export const peerKey = (token: string): Buffer =>
  createHmac('sha256', 'gati peers 1').update(token).digest();

/** First line of both ends. */
export interface PeerHello {
  gati: 'peer';
  /** Random id of the collector's process. */
  id: string;
  /** Name of the server: the pod. */
  instance: string;
}

/** Maximum number of characters of the first line. */
export const LONGEST_HELLO = 500;
const HELLO = object({ gati: oneOf('peer'), id: string, instance: string });

/** Returns `undefined` for any other line. */
export function parsePeerHello(line: string): PeerHello | undefined {
  const hello = parseDocument<PeerHello>(line, HELLO, LONGEST_HELLO);
  if (!('value' in hello)) return undefined;
  const { id, instance } = hello.value;
  return /^[\w-]{1,40}$/.test(id) && /^[\w.-]{1,100}$/.test(instance) ? hello.value : undefined;
}
