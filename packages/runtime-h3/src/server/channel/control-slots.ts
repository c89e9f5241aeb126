import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { clientNetwork } from '../../app/request/client-ip.ts';

/**
 * Maximum number of requests that this process passes at the same time. Event streams stay open.
 */
const MAX_OPEN = 64;
/**
 * Maximum number of requests from clients that the panel has not identified. The rest is reserved
 * for identified clients.
 */
const MAX_UNKNOWN = 48;
/** Maximum number of such requests with a body, which a slow client could send for a long time. */
const MAX_UNKNOWN_BODIES = 24;
/** Maximum numbers from one network, so that one slow client does not use up all. */
const MAX_OF_NETWORK = 16;
const MAX_BODIES_OF_NETWORK = 6;
/** Maximum number of requests with one session or token. */
const MAX_OF_CREDENTIAL = 32;
/** Maximum number of credentials that are remembered, and milliseconds since their last use. */
const MAX_KNOWN = 500;
const KNOWN_TIME = 30 * 60_000;

/** Facts of a request that decide whether it is passed on. */
export interface SlotRequest {
  address: string;
  headers: IncomingHttpHeaders;
  hasBody: boolean;
}

/** Limits how many requests a process passes to the panel at the same time. */
export interface ControlSlots {
  /** Takes a slot. `undefined`: there are too many. */
  take(request: SlotRequest): Slot | undefined;
}

export interface Slot {
  /** Notes that the panel has identified the client, so that its requests may use the reserve. */
  identify(): void;
  free(): void;
}

interface OpenRequest {
  /** Hash of the credential of a known client, or the network. */
  key: string;
  isKnown: boolean;
  hasBody: boolean;
}

/**
 * Creates the limits. The panel decides who is known, since a client can send any cookie. Without
 * the reserve, clients without an account could keep out those who have one.
 */
export function createControlSlots(now: () => number = () => performance.now()): ControlSlots {
  const open = new Set<OpenRequest>();
  /** Times of the last use by the hash of the credential, the oldest first. */
  const known = new Map<string, number>();
  const count = (matches: (request: OpenRequest) => boolean): number =>
    [...open].filter(matches).length;
  const isKnown = (credential: string | undefined): credential is string =>
    credential !== undefined && now() - (known.get(credential) ?? -Infinity) <= KNOWN_TIME;
  const remember = (credential: string): void => {
    known.delete(credential);
    known.set(credential, now());
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
  };

  function hasRoom({ key, isKnown: isReserved, hasBody }: OpenRequest): boolean {
    const own = count((each) => each.key === key);
    if (open.size >= MAX_OPEN) return false;
    if (isReserved) return own < MAX_OF_CREDENTIAL;
    if (own >= MAX_OF_NETWORK || count((each) => !each.isKnown) >= MAX_UNKNOWN) return false;
    if (!hasBody) return true;
    return (
      count((each) => each.key === key && each.hasBody) < MAX_BODIES_OF_NETWORK &&
      count((each) => !each.isKnown && each.hasBody) < MAX_UNKNOWN_BODIES
    );
  }

  return {
    take({ address, headers, hasBody }) {
      const credential = hashCredential(headers);
      const request: OpenRequest = isKnown(credential)
        ? { key: credential, isKnown: true, hasBody }
        : { key: clientNetwork(address), isKnown: false, hasBody };
      if (!hasRoom(request)) return undefined;
      open.add(request);
      return {
        identify: () => credential !== undefined && remember(credential),
        free: () => open.delete(request),
      };
    },
  };
}

/** Returns a hash of the credentials of a request: the process keeps no secret of the panel. */
function hashCredential({ authorization, cookie }: IncomingHttpHeaders): string | undefined {
  const session = /(?:^|;\s*)(?:__Host-)?gati_panel(?:_\d+)?=[^;]*/.exec(cookie ?? '')?.[0];
  if (authorization === undefined && session === undefined) return undefined;
  const text = `${authorization ?? ''}\n${session?.replace(/^;\s*/, '') ?? ''}`;
  return createHash('sha256').update(text).digest('base64url');
}
