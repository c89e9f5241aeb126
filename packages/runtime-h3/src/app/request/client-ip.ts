/**
 * Returns the address of the client. `peer` is the other end of the connection, `forwarded` the
 * value of `X-Forwarded-For`.
 */
export type ClientIp = (peer: string, forwarded: string | undefined) => string;

/**
 * Creates a function that looks behind trusted proxies. `trust` is their number, or their addresses
 * as CIDR ranges. The client is the first address from the right that is not a trusted proxy. The
 * search stops at a value that is not an address; the client is then the proxy that sent it.
 *
 * @throws {TypeError} when an entry of `trust` is not an address or a CIDR range
 */
export function createClientIp(trust: number | string[] | undefined): ClientIp {
  if (trust === undefined || trust === 0 || (Array.isArray(trust) && trust.length === 0))
    return (peer) => bareAddress(peer);
  const ranges = Array.isArray(trust) ? trust.map(requireCidr) : [];
  return (peer, forwarded) => {
    const isTrusted = (address: string, hops: number): boolean =>
      typeof trust === 'number' ? hops < trust : ranges.some((range) => contains(range, address));
    const parts = forwarded?.split(',') ?? [];
    let client = bareAddress(peer);
    for (let hops = 0; hops < parts.length && isTrusted(client, hops); hops++) {
      const next = bareAddress(parts[parts.length - 1 - hops]!.trim());
      if (parseAddress(next) === undefined) break;
      client = next;
    }
    return client;
  };
}

/** Whether the other end of the connection is a proxy whose forwarded headers are trusted. */
export type TrustedPeer = (peer: string) => boolean;

/**
 * Creates the rule for forwarded headers other than `X-Forwarded-For`. If `trust` is a number above
 * 0, every peer is trusted.
 */
export function createTrustedPeer(trust: number | string[] | undefined): TrustedPeer {
  if (!Array.isArray(trust)) return () => trust !== undefined && trust > 0;
  const ranges = trust.map(requireCidr);
  return (peer) => ranges.some((range) => contains(range, bareAddress(peer)));
}

/**
 * Returns the part of an address that one client has: an IPv4 address, or the first 64 bits of an
 * IPv6 address, whose other bits a client can choose.
 */
export function clientNetwork(address: string): string {
  const parsed = parseAddress(bareAddress(address));
  if (parsed === undefined || parsed.width !== 128) return address;
  return `${(parsed.bits >> 64n).toString(16)}::/64`;
}

/** Removes port, brackets and the prefix of an IPv4-mapped IPv6 address. */
function bareAddress(address: string): string {
  const bare =
    /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ??
    /^(\d+(?:\.\d+){3}):\d+$/.exec(address)?.[1] ??
    address;
  return /^::ffff:(\d+(?:\.\d+){3})$/i.exec(bare)?.[1] ?? bare;
}

interface CidrRange {
  bits: bigint;
  width: number;
  prefix: number;
}

/** Whether {@link createClientIp} accepts a string as an address or a CIDR range. */
export function isAddressRange(text: string): boolean {
  return parseCidr(text) !== undefined;
}

function parseCidr(text: string): CidrRange | undefined {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const parsed = parseAddress(bareAddress(address));
  if (parsed === undefined) return undefined;
  const length = prefix === undefined ? parsed.width : Number(prefix);
  return length > parsed.width ? undefined : { ...parsed, prefix: length };
}

function requireCidr(text: string): CidrRange {
  const range = parseCidr(text);
  if (range === undefined) throw new TypeError(`"${text}" is not an address or a CIDR range.`);
  return range;
}

function contains(range: CidrRange, address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.width !== range.width) return false;
  const shift = BigInt(range.width - range.prefix);
  return parsed.bits >> shift === range.bits >> shift;
}

function parseAddress(address: string): { bits: bigint; width: number } | undefined {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) {
    const parts = address.split('.').map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return { bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n), width: 32 };
  }
  if (!address.includes(':') || !URL.canParse(`http://[${address}]/`)) return undefined;
  // The URL parser prints an address in its one canonical form: at most one `::`, and no dots.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [
    ...left,
    ...Array.from({ length: 8 - left.length - right.length }, () => '0'),
    ...right,
  ];
  return {
    bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n),
    width: 128,
  };
}
