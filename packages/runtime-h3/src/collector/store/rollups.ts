import type { Bytes } from '../../data/native-sqlite.ts';
import { HOUR_STEP, LONG_STEP, LONGEST_STEP, STEP } from '../../telemetry/record/metric-steps.ts';
import type { Statements } from './statements.ts';

/** Milliseconds that the shortest steps are kept. */
export const STEP_AGE = 86_400_000;
/** Milliseconds after the end of a long step before it is computed from shorter ones. */
const FOLD_DELAY = 30_000;

const CLASSES = 8;
/** More than there are names. */
const NAMES = 32_768;
/** Keys below count log lines by level. Names start at 1, so no series of requests has them. */
const LOG_KEYS = 8;

/** Requests of one series in one step; for log lines only the count. */
export interface Sample {
  count: number;
  /** Microseconds. */
  sum: number;
  /** By bucket of `RoutePoint`; sparse. */
  buckets: number[];
}

/** Samples of one step by {@link seriesKey} or {@link logKey}. */
export type Step = Map<number, Sample>;

export function seriesKey(method: number, route: number, version: number, status: number): number {
  return (
    ((method * NAMES + route) * NAMES + version) * CLASSES +
    Math.min(CLASSES - 1, Math.max(0, Math.floor(status / 100)))
  );
}

export function logKey(level: number): number {
  return level;
}

export function parseSeriesKey(key: number): {
  method: number;
  route: number;
  version: number;
  statusClass: number;
} {
  const names = Math.floor(key / CLASSES);
  return {
    method: Math.floor(names / NAMES / NAMES),
    route: Math.floor(names / NAMES) % NAMES,
    version: names % NAMES,
    statusClass: key % CLASSES,
  };
}

/** Returns the method of a series alone: queries look at it for each sample. */
export const methodOfKey = (key: number): number => Math.floor(key / (CLASSES * NAMES * NAMES));

export const isLogKey = (key: number): boolean => key < LOG_KEYS;

export function sampleOf(step: Step, key: number): Sample {
  let sample = step.get(key);
  if (sample === undefined) step.set(key, (sample = { count: 0, sum: 0, buckets: [] }));
  return sample;
}

export function addSample(to: Sample, from: Sample): void {
  to.count += from.count;
  to.sum += from.sum;
  for (const [bucket, count] of from.buckets.entries())
    if (count) to.buckets[bucket] = (to.buckets[bucket] ?? 0) + count;
}

/** Prints a step: numbers of variable length, 7 bits per byte, lowest first. */
export function printStep(step: Step): Uint8Array {
  const bytes: number[] = [];
  const push = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  for (const [key, { count, sum, buckets }] of step) {
    push(key);
    push(count);
    push(sum);
    const filled = Array.from(buckets.entries()).filter(([, each]) => each > 0);
    push(filled.length);
    for (const [bucket, each] of filled) {
      push(bucket);
      push(each);
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * Calls back for each sample of a printed step. Reuses one `Sample` object, because a month has a
 * million samples.
 */
export function readStep(printed: Bytes, each: (key: number, sample: Sample) => void): void {
  const bytes = new Uint8Array(printed);
  let at = 0;
  const pull = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
    }
  };
  while (at < bytes.length) {
    const key = pull();
    const sample: Sample = { count: pull(), sum: pull(), buckets: [] };
    for (let left = pull(); left > 0; left--) sample.buckets[pull()] = pull();
    each(key, sample);
  }
}

/** Adds samples to the steps of the file. */
export interface Rollups {
  /** @param steps by their time: whole steps of {@link STEP} */
  add(steps: Map<number, Step>): void;
}

/** Number of steps whose samples stay parsed, because the next batch adds to them. */
const CACHED = 4;

/** Creates the writer of metrics. Valid until another connection or a rollback changes the file. */
export function createRollups(on: Statements): Rollups {
  const parsed = new Map<string, Step>();

  const load = (length: number, time: number): Step => {
    const name = `${length} ${time}`;
    const cached = parsed.get(name);
    if (cached) return cached;
    const step: Step = new Map();
    const [row] = on.all('SELECT series FROM steps WHERE length = ? AND time = ?', length, time);
    if (row) readStep(row.series as unknown as Bytes, (key, sample) => step.set(key, sample));
    parsed.set(name, step);
    if (parsed.size > CACHED) parsed.delete(parsed.keys().next().value!);
    return step;
  };

  const addTo = (length: number, time: number, samples: Step): void => {
    const step = load(length, time);
    for (const [key, sample] of samples) addSample(sampleOf(step, key), sample);
    on.run('INSERT OR REPLACE INTO steps VALUES (?, ?, ?)', length, time, printStep(step));
  };

  const add = (steps: Map<number, Step>): void => {
    let newest = 0;
    for (const [time, samples] of steps) {
      newest = Math.max(newest, time);
      addTo(STEP, time, samples);
      // A late sample: the longer steps are computed already.
      for (const length of [LONG_STEP, HOUR_STEP, LONGEST_STEP])
        if (time < foldedUntil(on, length)) addTo(length, time - (time % length), samples);
    }
    if (newest > 0) {
      fold(on, STEP, LONG_STEP, newest - FOLD_DELAY);
      fold(on, LONG_STEP, HOUR_STEP, foldedUntil(on, LONG_STEP));
      fold(on, HOUR_STEP, LONGEST_STEP, foldedUntil(on, HOUR_STEP));
    }
  };
  return { add };
}

/** Returns the time before which the steps of a length are computed. */
export function foldedUntil(on: Statements, length: number): number {
  const [row] = on.all('SELECT until FROM folded WHERE length = ?', length);
  return (row?.until as number | undefined) ?? 0;
}

/** Computes the longer steps that have ended before `end`. */
function fold(on: Statements, from: number, length: number, end: number): void {
  const since = foldedUntil(on, length);
  const until = Math.floor(end / length) * length;
  if (until <= since) return;
  const steps = new Map<number, Step>();
  for (const { time, series } of on.all(
    'SELECT time, series FROM steps WHERE length = ? AND time >= ? AND time < ?',
    from,
    since,
    until,
  )) {
    const start = (time as number) - ((time as number) % length);
    let step = steps.get(start);
    if (step === undefined) steps.set(start, (step = new Map()));
    const into = step;
    readStep(series as unknown as Bytes, (key, sample) => addSample(sampleOf(into, key), sample));
  }
  for (const [time, step] of steps)
    on.run('INSERT OR REPLACE INTO steps VALUES (?, ?, ?)', length, time, printStep(step));
  on.run('INSERT OR REPLACE INTO folded VALUES (?, ?)', length, until);
}
