import { BUCKETS } from '../../telemetry/record/route-stats.ts';
import type { Bytes } from '../../data/native-sqlite.ts';
import type { RoutePoint, TimeRange, MetricQuery } from '../../types/telemetry-source.ts';
import { checkStep, checkText } from './check-query.ts';
import { findName, readNames } from './names.ts';
import { HOUR_STEP, leastStep, LONG_STEP, STEP } from '../../telemetry/record/metric-steps.ts';
import { foldedUntil, isLogKey, parseSeriesKey, readStep, type Sample } from './rollups.ts';
import type { Statements } from './statements.ts';

/** Rows per read: a step of a large app has some 20 kB. */
const READ = 200;

/**
 * Calls back for each sample in the range, from the longest steps that the query allows: an hour
 * has one row instead of 360. Shorter steps replace longer ones that are not computed yet; longer
 * steps replace shorter ones that were removed.
 */
export function readSteps(
  on: Statements,
  { from, to, step }: TimeRange & { step: number },
  each: (time: number, key: number, sample: Sample) => void,
): void {
  const hours = foldedUntil(on, HOUR_STEP);
  const long = foldedUntil(on, LONG_STEP);
  const [oldest] = on.all('SELECT min(time) AS time FROM steps WHERE length = ?', STEP);
  const short = Math.min(
    long,
    Math.ceil(((oldest?.time as number | null) ?? long) / LONG_STEP) * LONG_STEP,
  );
  const least = leastStep({ from, to });
  const whole = (length: number): boolean => length <= least || step % length === 0;
  const start = Math.floor(from / STEP) * STEP;
  const read = (length: number, since: number, until: number): void => {
    let at = Math.floor(since / length) * length;
    for (;;) {
      const rows = on.all(
        'SELECT time, series FROM steps WHERE length = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?',
        length,
        at,
        until,
        READ,
      );
      for (const { time, series } of rows)
        readStep(series as unknown as Bytes, (key, sample) => each(time as number, key, sample));
      if (rows.length < READ) return;
      at = (rows.at(-1)!.time as number) + 1;
    }
  };
  // Bounds of the three parts: hours, five minutes, ten seconds.
  const first = whole(HOUR_STEP) ? Math.min(to, Math.max(start, hours)) : start;
  const second = Math.min(to, Math.max(first, whole(LONG_STEP) ? long : short));
  read(HOUR_STEP, start, first);
  read(LONG_STEP, first, second);
  read(STEP, second, to);
}

/** Series of one step of a query. */
type Points = Map<number, RoutePoint>;

export function readMetrics(on: Statements, query: MetricQuery): RoutePoint[] {
  checkStep(query);
  const { step } = query;
  const wanted: [name: 'method' | 'route' | 'version', id: number][] = [];
  for (const name of ['method', 'route', 'version'] as const) {
    const text = query[name];
    if (text === undefined) continue;
    checkText(name, text);
    const id = findName(on, text);
    if (id === undefined) return [];
    wanted.push([name, id]);
  }
  const names = readNames(on);
  const steps = new Map<number, Points>();
  readSteps(on, query, (rowTime, key, sample) => {
    if (isLogKey(key)) return;
    const series = wanted.length > 0 ? parseSeriesKey(key) : undefined;
    if (series && wanted.some(([name, id]) => series[name] !== id)) return;
    const time = Math.floor(rowTime / step) * step;
    let points = steps.get(time);
    if (points === undefined) steps.set(time, (points = new Map()));
    let point = points.get(key);
    if (point === undefined) points.set(key, (point = createPoint(time, key, names)));
    point.count += sample.count;
    point.sum += sample.sum;
    const { buckets } = sample;
    for (let bucket = 0; bucket < buckets.length; bucket++)
      point.buckets[bucket]! += buckets[bucket] ?? 0;
  });
  return [...steps.values()]
    .flatMap((points) => [...points.values()])
    .sort((a, b) => a.time - b.time);
}

function createPoint(time: number, key: number, names: Map<number, string>): RoutePoint {
  const { method, route, version, statusClass } = parseSeriesKey(key);
  return {
    time,
    method: names.get(method) ?? '',
    route: names.get(route) ?? '',
    version: names.get(version) ?? '',
    statusClass,
    count: 0,
    sum: 0,
    buckets: Array.from({ length: BUCKETS }, () => 0),
  };
}
