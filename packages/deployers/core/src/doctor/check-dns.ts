import dns from 'node:dns/promises';
import { type Check, failed, ok, skipped } from './check.ts';

/** Queries to the DNS. Each rejects with a code such as `ENOTFOUND`, as in Node's `dns`. */
export interface Lookup {
  resolveNs(name: string): Promise<string[]>;
  resolveCaa(name: string): Promise<{ critical: number; issue?: string; issuewild?: string }[]>;
  resolve4(name: string): Promise<string[]>;
  /** Queries one server whether it is authoritative for a zone. */
  hasZone(address: string, zone: string): Promise<boolean>;
}

export const systemLookup: Lookup = {
  resolveNs: dns.resolveNs,
  resolveCaa: dns.resolveCaa,
  resolve4: dns.resolve4,
  async hasZone(address, zone) {
    const resolver = new dns.Resolver({ timeout: 3000, tries: 2 });
    resolver.setServers([address]);
    try {
      await resolver.resolveSoa(zone);
      return true;
    } catch {
      return false;
    }
  },
};

/** Error codes that mean that the record does not exist. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN']);
/** Maximum number of name servers to query. */
const SERVERS = 4;

async function orNone<T>(asking: Promise<T[]>): Promise<T[]> {
  try {
    return await asking;
  } catch (error) {
    if (NOTHING.has((error as { code?: string }).code ?? '')) return [];
    throw error;
  }
}

/**
 * Returns the names from a host up to its last two labels: `a.b.example.com`, `b.example.com`,
 * `example.com`.
 */
function parentsOf(host: string): string[] {
  const labels = host.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

/** Checks that the name servers of the zone of a host are authoritative for it. */
export async function checkDelegation(host: string, lookup: Lookup): Promise<Check> {
  const name = 'DNS';
  for (const zone of parentsOf(host)) {
    const servers = await orNone(lookup.resolveNs(zone));
    if (servers.length === 0) continue;
    const silent: string[] = [];
    for (const server of servers.slice(0, SERVERS)) {
      const [address] = await orNone(lookup.resolve4(server));
      if (address === undefined || !(await lookup.hasZone(address, zone))) silent.push(server);
    }
    if (silent.length === 0)
      return ok(name, `the zone of ${host} is ${zone}, at ${servers.slice(0, SERVERS).join(', ')}`);
    return failed(
      name,
      `${zone} is delegated to ${silent.join(', ')}, which is not authoritative for it`,
      `Set the name servers of ${zone} at its registrar to those of your DNS provider.`,
    );
  }
  return failed(
    name,
    `no zone of ${host} is delegated`,
    'Register the domain, or create NS records of its zone in the zone above.',
  );
}

/**
 * Checks that CAA records allow the certificate authority of a target.
 *
 * @param issuers domains of the authority; empty if it is unknown
 * @see https://www.rfc-editor.org/rfc/rfc8659
 */
export async function checkCaa(host: string, issuers: string[], lookup: Lookup): Promise<Check> {
  const name = 'CAA';
  for (const zone of parentsOf(host)) {
    const records = await orNone(lookup.resolveCaa(zone));
    if (records.length === 0) continue;
    const allowed = records.flatMap(({ issue }) => (issue === undefined ? [] : [issueOf(issue)]));
    // Records without `issue` restrict nothing.
    if (allowed.length === 0) return ok(name, `the records of ${zone} allow any authority`);
    const shown = allowed.map((each) => each || 'nobody').join(', ');
    if (issuers.length === 0)
      return skipped(
        name,
        `${zone} allows ${shown}; the authority that would issue the certificate is not known`,
      );
    if (allowed.some((each) => issuers.includes(each)))
      return ok(name, `the records of ${zone} allow ${shown}`);
    return failed(
      name,
      `the CAA records of ${zone} allow ${shown} only`,
      `Add this record: ${zone} CAA 0 issue "${issuers[0]}"`,
    );
  }
  return ok(name, `${host} has no CAA records, so any authority may issue certificates`);
}

/** Returns the domain of a value such as `letsencrypt.org; validationmethods=dns-01`. */
const issueOf = (value: string): string => value.split(';', 1)[0]!.trim().toLowerCase();
