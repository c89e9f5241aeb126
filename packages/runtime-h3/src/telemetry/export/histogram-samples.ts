import { BUCKETS, type Exemplar } from '../record/route-stats.ts';
import type { Labels, Sample, SampleExemplar } from './metric-family.ts';

/**
 * Buckets with an upper bound that is printed, as powers of two of a microsecond: from 128 µs to
 * 33.6 s. Others say nothing about a request over a network.
 */
const FIRST_POWER = 7;
const LAST_POWER = 25;

interface Durations {
  count: number;
  /** Microseconds. */
  sum: number;
  /** Counts by power of two, not cumulative. */
  buckets: readonly number[];
  exemplars?: readonly Exemplar[];
}

/** Returns the samples of a histogram of durations: cumulative buckets, sum and count. */
export function histogramSamples(
  { count, sum, buckets, exemplars = [] }: Durations,
  labels: Labels,
): Sample[] {
  const samples: Sample[] = [];
  let cumulative = 0;
  let above = 0;
  for (let power = 0; power < BUCKETS; power++) {
    cumulative += buckets[power] ?? 0;
    if (power < FIRST_POWER || power > LAST_POWER) continue;
    const bound = 2 ** power;
    samples.push({
      suffix: '_bucket',
      labels: { ...labels, le: bound / 1e6 },
      value: cumulative,
      exemplar: exemplarIn(exemplars, above, bound),
    });
    above = bound;
  }
  samples.push(
    {
      suffix: '_bucket',
      labels: { ...labels, le: '+Inf' },
      value: count,
      exemplar: exemplarIn(exemplars, above, Infinity),
    },
    { suffix: '_count', labels, value: count },
    { suffix: '_sum', labels, value: sum / 1e6 },
  );
  return samples;
}

/** Returns the latest exemplar from `above` to below `bound` microseconds. */
function exemplarIn(
  exemplars: readonly Exemplar[],
  above: number,
  bound: number,
): SampleExemplar | undefined {
  let found: Exemplar | undefined;
  for (const exemplar of exemplars)
    if (exemplar.us >= above && exemplar.us < bound && exemplar.time > (found?.time ?? 0))
      found = exemplar;
  return (
    found && {
      value: found.us / 1e6,
      time: found.time / 1000,
      labels: { trace_id: found.traceId, span_id: found.spanId },
    }
  );
}
