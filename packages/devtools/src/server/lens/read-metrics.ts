import {
  RUN_METHOD,
  type RoutePoint,
  type TelemetrySource,
  type TimeRange,
} from '@gati/runtime-h3/telemetry';
import { wholeStep } from '../query.ts';

/** Reads the sums of requests and of runs in a range, of one release or of all. */
export async function readAllMetrics(
  source: Pick<TelemetrySource, 'metrics'>,
  range: TimeRange,
  version?: string,
): Promise<RoutePoint[]> {
  const query = { ...range, step: wholeStep(range), ...(version !== undefined && { version }) };
  const [requests, runs] = await Promise.all([
    source.metrics(query),
    source.metrics({ ...query, method: RUN_METHOD }),
  ]);
  return [...requests, ...runs];
}
