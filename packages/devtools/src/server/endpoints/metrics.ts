import type { Metrics, VersionRed } from '../../api/types.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange, toStep } from '../query.ts';
import { groupRed, redSeries, routeKey, totalRed } from '../red.ts';

const MAX_ROUTES = 200;

export const metrics: Endpoint = defineEndpoint(
  'metrics',
  ['from', 'to', 'step', 'method', 'route', 'version'],
  async ({ source, now }, { from, to, step: wanted, ...filters }): Promise<Metrics> => {
    const range = toRange({ from, to }, now);
    const step = toStep(range, wanted);
    const points = await source.metrics({ ...filters, ...range, step });
    const routes = groupRed(points, (point) => `${point.version} ${routeKey(point)}`)
      .sort((a, b) => b.red.count - a.red.count)
      .slice(0, MAX_ROUTES)
      .map(({ first: { method, route, version }, red }): VersionRed => ({
        method,
        route,
        version,
        ...red,
      }));
    const series = redSeries(points, { ...range, step });
    return { step, total: totalRed(points), series, routes };
  },
);
