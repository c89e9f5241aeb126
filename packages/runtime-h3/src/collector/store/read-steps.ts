import { BUCKETS, RUN_METHOD } from '../../telemetry/record/route-stats.ts';
import type { Bytes } from '../../data/native-sqlite.ts';
import type { RoutePoint, TimeRange, MetricQuery } from '../../types/telemetry-source.ts';
import { checkStep, checkText } from './check-query.ts';
import { findName, readNames } from './names.ts';
import {
  HOUR_STEP,
  LONG_STEP,
  LONGEST_STEP,
  STEP,
  storedStep,
} from '../../telemetry/record/metric-steps.ts';
import {
  foldedUntil,
  isLogKey,
  methodOfKey,
  parseSeriesKey,
  readStep,
  type Sample,
} from './rollups.ts';
import type { Statements } from './statements.ts';

/** Rows per read: a step of a large app has some 20 kB. */
const READ = 200;

/** Lengths of stored steps that are computed from shorter ones. */
const FOLDED = [LONGEST_STEP, HOUR_STEP, LONG_STEP];

/**
 * Calls back for each sample in the range, from the longest steps that the query allows: an hour
 * has one row instead of 360. Shorter steps cover the ends of the range, and the time for which
 * longer ones are not computed yet. Longer steps cover the time whose short steps were removed.
 */
export function readSteps(
  on: Statements,
  { from, to, step }: TimeRange & { step: number },
  each: (time: number, key: number, sample: Sample) => void,
): void {
  const stored = storedStep({ from, to });
  const short = shortSince(on);
  const rows = (length: number, since: number, until: number): void =>
    readRows(on, length, { from: since, to: until }, each);

  function read([length, ...shorter]: number[], since: number, until: number): void {
    if (since >= until) return;
    if (length === undefined) {
      rows(LONG_STEP, since, Math.min(until, short));
      return rows(STEP, Math.max(since, short), until);
    }
    const isWanted = length <= stored;
    // Leaves out rows that extend beyond the range, which would count too much.
    const low = isWanted ? since : Math.ceil(since / length) * length;
    const end = isWanted ? until : Math.floor(until / length) * length;
    const high = Math.min(end, foldedUntil(on, length));
    if (low >= high || !(isWanted || step % length === 0)) return read(shorter, since, until);
    read(shorter, since, low);
    rows(length, low, high);
    read(shorter, high, until);
  }
  read(FOLDED, Math.floor(from / STEP) * STEP, to);
}

/**
 * Returns the time from which on there are steps of {@link STEP}. For earlier times there are only
 * longer ones.
 */
function shortSince(on: Statements): number {
  const long = foldedUntil(on, LONG_STEP);
  const [oldest] = on.all('SELECT min(time) AS time FROM steps WHERE length = ?', STEP);
  const time = (oldest?.time as number | null) ?? long;
  return Math.min(long, Math.ceil(time / LONG_STEP) * LONG_STEP);
}

function readRows(
  on: Statements,
  length: number,
  { from, to }: TimeRange,
  each: (time: number, key: number, sample: Sample) => void,
): void {
  if (from >= to) return;
  for (let at = Math.floor(from / length) * length; ;) {
    const rows = on.all(
      'SELECT time, series FROM steps WHERE length = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?',
      length,
      at,
      to,
      READ,
    );
    for (const { time, series } of rows)
      readStep(series as unknown as Bytes, (key, sample) => each(time as number, key, sample));
    if (rows.length < READ) return;
    at = (rows.at(-1)!.time as number) + 1;
  }
}

/** Copied for each point: a month has 70,000 of them. */
const NO_BUCKETS: readonly number[] = Array.from({ length: BUCKETS }, () => 0);

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
  const runs = findName(on, RUN_METHOD);
  const steps = new Map<number, Points>();
  readSteps(on, query, (rowTime, key, sample) => {
    if (isLogKey(key)) return;
    if (query.method === undefined && methodOfKey(key) === runs) return;
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
    buckets: NO_BUCKETS.slice(),
  };
}
