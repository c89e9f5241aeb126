import { canonicalJson, type Manifest, type RouteContract } from '@gati/contract';
import { listReleases, readManifest, statusOf } from '@gati/runtime-h3/releases';
import type { RequestRecord } from '@gati/runtime-h3/telemetry';
import type { Explanation, Violation } from '../../api/explain.ts';
import type { ReadContext } from '../endpoint.ts';
import { openReleases } from '../releases/open-releases.ts';

/** Releases whose contracts are read, the highest versions. */
const MAX_RELEASES = 10;

/**
 * Finds releases in which a rejected request may pass: those with the route if none took the request,
 * else those whose contract of the violated parts differs.
 */
export async function findOtherReleases(
  context: ReadContext,
  request: RequestRecord,
  violations: readonly Violation[],
): Promise<Explanation['releases']> {
  if (!context.ports.releases || (violations.length === 0 && request.route !== '')) return [];
  const store = await openReleases(context);
  const [{ head }, list] = await Promise.all([store.head(), listReleases(store, () => {})]);
  const served = list
    .filter(({ version }) => ['live', 'deprecated', 'withdrawn'].includes(statusOf(head, version)))
    .slice(0, MAX_RELEASES);
  const parts = [...new Set(violations.map((violation) => violation.in))];
  const own = context.app.routes.find(
    ({ id, contract }) => contract && id === `${request.method} ${request.route}`,
  )?.contract;
  const found = await Promise.all(
    served.map(async (release) => {
      // A damaged release explains nothing.
      const manifest = await readManifest(store, release).catch(() => undefined);
      const why = manifest && compare(manifest, { request, own, parts });
      return why === undefined ? [] : [{ version: release.version, why }];
    }),
  );
  return found.flat();
}

interface Compared {
  request: RequestRecord;
  own: RouteContract | undefined;
  parts: readonly string[];
}

function compare({ contract }: Manifest, { request, own, parts }: Compared): string | undefined {
  if (request.route === '') {
    const [path] = request.path.split(/[?#]/, 1);
    const taken = contract.routes.find(
      ({ method, path: template }) =>
        method === request.method &&
        new RegExp(
          `^${template
            .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll(/:\w+/g, '[^/]+')
            .replaceAll('*', '.*')}$`,
        ).test(path!),
    );
    return taken && `has the route ${taken.id}`;
  }
  const other = contract.routes.find(({ id }) => id === own?.id);
  if (!own || !other) return undefined;
  const schemaOf = (route: RouteContract, part: string): unknown =>
    part === 'body' ? route.body?.schema : route[part as 'params' | 'query' | 'headers'];
  const different = parts.filter(
    (part) =>
      canonicalJson(schemaOf(own, part) ?? null) !== canonicalJson(schemaOf(other, part) ?? null),
  );
  return different.length > 0 ? `has another contract of ${different.join(' and ')}` : undefined;
}
