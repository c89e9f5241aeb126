import {
  findRelease,
  listReleases,
  predictHead,
  readManifest,
  type ReleaseStore,
  rollbackTarget,
  type StoredRelease,
} from '@gati/runtime-h3/releases';
import type { ReleaseDetail, ReleaseDiff, ReleaseList, ReleaseReach } from '../../api/releases.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint, type ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';
import { toRange, wholeStep } from '../query.ts';
import { groupRed, totalRed } from '../red.ts';
import { diffReleases } from '../releases/diff-releases.ts';
import { toReleaseItem } from '../releases/describe-release.ts';
import { openReleases } from '../releases/open-releases.ts';
import { predictAsks, predictCallers, predictJobs } from '../releases/reach.ts';

const DAY = 86_400_000;

/** The releases of the store, with the requests that each served. */
export const releases: Endpoint = defineEndpoint(
  'releases',
  ['from', 'to'],
  async (context, query): Promise<ReleaseList> => {
    const { source, ports, now } = context;
    if (!ports.releases) return { releases: [], damaged: [], servers: [] };
    const store = await openReleases(context);
    const range = toRange(query, now);
    const points = await source.metrics({ ...range, step: wholeStep(range) });
    const byVersion = new Map(
      groupRed(points, ({ version }) => version).map(({ first, red }) => [first.version, red]),
    );
    return withGatiErrors(async () => {
      const { head } = await store.head();
      const damaged: ReleaseList['damaged'] = [];
      const list = await listReleases(store, (version, error) =>
        damaged.push({ version, reason: (error as Error).message }),
      );
      const target = rollbackTarget(head);
      const notes = await store.notes();
      return {
        store: store.url,
        ...(head.current !== undefined && { current: head.current }),
        ...(target !== undefined && { rollbackTo: target }),
        releases: list.map((release) => ({
          ...toReleaseItem(release, head),
          red: byVersion.get(release.version) ?? totalRed([]),
        })),
        damaged,
        servers: notes
          .filter(({ until }) => until > now)
          .map(({ instance, current, failed }) => ({
            instance,
            ...(current !== undefined && { current }),
            ...(failed && { failed: { version: failed.version, reason: failed.reason } }),
          })),
      };
    });
  },
);

/** One release with the changes that it brought. */
export const release: Endpoint = defineEndpoint(
  'releases/:id',
  ['from', 'to'],
  async (context, query, version): Promise<ReleaseDetail> => {
    const store = await openReleases(context);
    const range = toRange(query, context.now);
    const points = await context.source.metrics({ ...range, step: wholeStep(range), version });
    return withGatiErrors(async () => {
      const found = await findRelease(store, version);
      const { head } = await store.head();
      const { release: built, changes, contract } = await readManifest(store, found);
      const { since, bump } = built;
      return {
        ...toReleaseItem(found, head),
        red: totalRed(points),
        routes: contract.routes.map(({ id }) => id),
        files: found.files.length,
        callers: await context.source.callers({ ...range, version }),
        ...(found.image !== undefined && { image: found.image }),
        ...(since !== undefined && { since, ...(bump && { bump }), changes: changes ?? [] }),
      };
    });
  },
);

/** The differences of two releases for clients. */
export const releaseDiff: Endpoint = defineEndpoint(
  'releases/diff',
  ['before', 'after'],
  async (context, { before, after }): Promise<ReleaseDiff> => {
    if (before === undefined || after === undefined)
      throw new PanelError(400, 'invalid_parameter', '`before` and `after` are versions.');
    const store = await openReleases(context);
    return withGatiErrors(() => diffReleases(store, before, after));
  },
);

/** The predicted consequences of an activation, a rollback or a retirement. */
export const releaseReach: Endpoint = defineEndpoint(
  'releases/reach',
  ['change', 'version'],
  async (context, { change, version }): Promise<ReleaseReach> => {
    if (change === undefined || (change !== 'rollback' && version === undefined))
      throw new PanelError(400, 'invalid_parameter', '`change` and `version` are needed.');
    const { source, app, now } = context;
    const store = await openReleases(context);
    return withGatiErrors(async () => {
      const [{ head }, list] = await Promise.all([store.head(), listReleases(store, () => {})]);
      const after = predictHead(head, change, version);
      const range = { from: now - DAY, to: now + 1 };
      const points = await source.metrics({ ...range, step: wholeStep(range) });
      const headChange = {
        releases: list,
        before: head,
        after,
        missing: app.missingVersion ?? 'choose',
        now,
      } as const;
      const isOther = head.current !== undefined && after.current !== head.current;
      return {
        ...(head.current !== undefined && { before: head.current }),
        ...(after.current !== undefined && { after: after.current }),
        asks: predictAsks(headChange),
        callers: predictCallers(await source.callers(range), headChange),
        traffic: groupRed(points, (point) => point.version)
          .map(({ first, red }) => ({ version: first.version, count: red.count }))
          .sort((a, b) => b.count - a.count),
        jobs: await predictQueue(context, store, list, after),
        ...(isOther && { diff: await diffReleases(store, head.current!, after.current!) }),
      };
    });
  },
);

async function predictQueue(
  { ports }: ReadContext,
  store: ReleaseStore,
  list: readonly StoredRelease[],
  after: Parameters<typeof predictJobs>[1],
): Promise<ReleaseReach['jobs']> {
  const queue = await ports.queue?.open();
  if (!queue?.list) return [];
  const current = list.find(({ version }) => version === after.current);
  const manifest = current && (await readManifest(store, current));
  return predictJobs(
    queue,
    after,
    manifest?.contract.effects.map(({ name }) => name),
  );
}
