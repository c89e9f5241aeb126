import type { Lens } from '../../api/lens.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { compareReleases } from '../lens/compare-releases.ts';
import { readAllMetrics } from '../lens/read-metrics.ts';
import { toRange } from '../query.ts';

/** Two releases by route: rate, errors and durations, significantly worse routes first. */
export const lens: Endpoint = defineEndpoint(
  'metrics/lens',
  ['from', 'to', 'before', 'after'],
  async ({ source, now }, { before, after, ...query }): Promise<Lens> => {
    if (before === undefined || after === undefined || before === after)
      throw new PanelError(400, 'invalid_parameter', '`before` and `after` are two versions.');
    const range = toRange(query, now);
    const points = await Promise.all(
      [before, after].map((version) => readAllMetrics(source, range, version)),
    );
    return compareReleases(points.flat(), [before, after], (range.to - range.from) / 60_000);
  },
);
