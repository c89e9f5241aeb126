import type { Defs, RouteContract } from '@gati/contract';
import { listReleases, readManifest } from '@gati/runtime-h3/releases';
import type { RouteFacts } from '../app-facts.ts';
import type { ReadContext } from '../endpoint.ts';
import { openReleases } from '../releases/open-releases.ts';
import { resolveAsk } from '../releases/reach.ts';

export interface FoundContract {
  /** Absent while it is not known. */
  contract?: RouteContract;
  $defs: Defs;
  /** Why the requested version has none. */
  unknown?: string;
}

/**
 * Finds the contract of a route.
 *
 * @param requested value of `X-API-Version`. Absent: the code that runs now
 */
export async function findContract(
  context: ReadContext,
  { id, contract }: RouteFacts,
  requested?: string,
): Promise<FoundContract> {
  const { app, ports, now } = context;
  const own: FoundContract = { ...(contract && { contract }), $defs: app.$defs };
  if (!requested || requested === 'latest' || requested === app.version) return own;
  const unknown = (reason: string): FoundContract => ({ $defs: {}, unknown: reason });
  if (!ports.releases) return unknown('The panel has no release store.');
  const store = await openReleases(context);
  const [{ head }, releases] = await Promise.all([store.head(), listReleases(store, () => {})]);
  const { version } = resolveAsk(requested, head, {
    releases,
    missing: app.missingVersion ?? 'choose',
    now,
  });
  if (version === app.version) return own;
  const release = releases.find((each) => each.version === version);
  if (!release) return unknown(`No release responds to ${requested}.`);
  const { contract: all } = await readManifest(store, release);
  const found = all.routes.find((route) => route.id === id);
  return found
    ? { contract: found, $defs: all.$defs }
    : unknown(`The release ${release.version} has no such route.`);
}
