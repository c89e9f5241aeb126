import { SourceError } from './http-source.ts';

/** A series of a range query: pairs of epoch seconds and a number as text. */
export interface Series {
  metric: Record<string, string>;
  values: [seconds: number, value: string][];
}

/**
 * Checks the result of a range query, which Prometheus and Loki have in the same form.
 *
 * @throws {SourceError} when it has another form
 */
export function parseSeries(data: unknown): Series[] {
  const { result } = (data ?? {}) as { result?: unknown };
  if (!Array.isArray(result) || !result.every(isSeries))
    throw new SourceError('its response is not of its API');
  return result;
}

function isSeries(value: unknown): value is Series {
  const { metric, values } = (value ?? {}) as Partial<Series>;
  return (
    typeof metric === 'object' &&
    metric !== null &&
    Object.values(metric).every((label) => typeof label === 'string') &&
    Array.isArray(values) &&
    values.every(
      (pair) => Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'string',
    )
  );
}

/**
 * Returns the times of a range query for counts in steps, in epoch seconds. A count at a time is of
 * the step before it.
 */
export function queryTimes({ from, to, step }: { from: number; to: number; step: number }): {
  start: string;
  end: string;
  step: string;
} {
  const first = Math.floor(from / step) * step + step;
  const last = Math.ceil(to / step) * step;
  return { start: seconds(first), end: seconds(last), step: seconds(step) };
}

const seconds = (milliseconds: number): string => String(milliseconds / 1000);

/** Start of the step whose count has this time, in epoch milliseconds. */
export const stepStart = (time: number, step: number): number => Math.round(time * 1000) - step;
