import type { RouteItem, RouteList } from '../../api/types.ts';
import type { RouteFacts } from '../app-facts.ts';
import { defineEndpoint, type Endpoint, type ReadContext } from '../endpoint.ts';
import { PanelError } from '../../http/problem.ts';
import { type FIELDS, type Query, toRange, wholeStep } from '../query.ts';
import { groupRed, routeKey, totalRed } from '../red.ts';
import { describeRoute } from '../route-detail.ts';

/** All routes, or with `id` the reference of one. */
export const routes: Endpoint = defineEndpoint(
  'routes',
  ['from', 'to', 'id'],
  async (context, query) =>
    query.id === undefined ? listRoutes(context, query) : readRoute(context, query.id, query),
);

type RangeQuery = Query<Pick<typeof FIELDS, 'from' | 'to'>>;

async function listRoutes(
  { source, app, now }: ReadContext,
  query: RangeQuery,
): Promise<RouteList> {
  const range = toRange(query, now);
  const points = await source.metrics({ ...range, step: wholeStep(range) });
  const byKey = new Map(groupRed(points, routeKey).map(({ first, red }) => [routeKey(first), red]));
  const none = totalRed([]);
  return {
    routes: app.routes.map((route) => ({
      ...toItem(route),
      red: byKey.get(route.id) ?? none,
    })),
  };
}

async function readRoute(
  { source, app, now }: ReadContext,
  id: string,
  query: RangeQuery,
): Promise<unknown> {
  const route = app.routes.find((each) => each.id === id);
  if (!route) throw new PanelError(404, 'not_found', 'The app has no such route.');
  const range = toRange(query, now);
  const points = await source.metrics({ ...range, step: wholeStep(range) });
  const red = totalRed(points.filter((point) => routeKey(point) === route.id));
  return describeRoute({ ...toItem(route), red }, route, app.$defs);
}

function toItem({ contract, guards: _guards, ...route }: RouteFacts): Omit<RouteItem, 'red'> {
  const { summary, deprecated } = contract ?? {};
  return {
    ...route,
    ...(summary !== undefined && { summary }),
    ...(deprecated !== undefined && { deprecated }),
  };
}
