import type { AppSummary, Overview, RouteRed } from '../../api/types.ts';
import type { AppFacts } from '../app-facts.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange, toStep } from '../query.ts';
import { groupRed, redSeries, routeKey, totalRed } from '../red.ts';

const MAX_ROUTES = 8;
const MAX_ERRORS = 5;
/** Number of latest errors among which the overview looks for open ones. */
const MAX_SEARCHED = 100;

export const overview: Endpoint = defineEndpoint(
  'overview',
  ['from', 'to'],
  async ({ source, app, now }, query): Promise<Overview> => {
    const range = toRange(query, now);
    const step = toStep(range);
    const [points, errors] = await Promise.all([
      source.metrics({ ...range, step }),
      source.errors({ ...range, limit: MAX_SEARCHED }),
    ]);
    const routes = groupRed(points, routeKey).map(
      ({ first: { method, route }, red }): RouteRed => ({ method, route, ...red }),
    );
    const open = errors.items.filter(({ decision }) => !decision);
    return {
      app: summarize(app),
      step,
      total: totalRed(points),
      series: redSeries(points, { ...range, step }),
      busiest: routes.toSorted((a, b) => b.count - a.count).slice(0, MAX_ROUTES),
      failing: routes
        .filter(({ failed }) => failed > 0)
        .sort((a, b) => b.failed - a.failed)
        .slice(0, MAX_ROUTES),
      errors: open.slice(0, MAX_ERRORS),
      decided: errors.items.length - open.length,
    };
  },
);

function summarize({ routes, effects, modules, $defs: _defs, ...app }: AppFacts): AppSummary {
  return {
    ...app,
    routes: routes.length,
    effects: effects.length,
    modules: modules.length,
  };
}
