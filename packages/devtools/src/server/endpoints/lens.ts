import { RUN_METHOD } from '@gati/runtime-h3/telemetry';
import type { Lens } from '../../api/lens.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { compareReleases } from '../lens/compare-releases.ts';
import { toRange, wholeStep } from '../query.ts';

/** Two releases by route: rate, errors and durations, significantly worse routes first. */
export const lens: Endpoint = defineEndpoint(
  'metrics/lens',
  ['from', 'to', 'before', 'after'],
  async ({ source, now }, { before, after, ...query }): Promise<Lens> => {
    if (before === undefined || after === undefined || before === after)
      throw new PanelError(400, 'invalid_parameter', '`before` and `after` are two versions.');
    const range = toRange(query, now);
    const step = wholeStep(range);
    const points = await Promise.all(
      [before, after].flatMap((version) => [
        source.metrics({ ...range, step, version }),
        source.metrics({ ...range, step, version, method: RUN_METHOD }),
      ]),
    );
    return compareReleases(points.flat(), [before, after], (range.to - range.from) / 60_000);
  },
);
