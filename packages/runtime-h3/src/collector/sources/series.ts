import type { TimeRange } from '../../types/telemetry-source.ts';
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

/** A range query for counts in steps. */
export interface StepQuery {
  /** Parameters of the query, in seconds. */
  times: { start: string; end: string; step: string };
  /** Milliseconds before each time whose events are counted. */
  window: number;
}

/** Returns the query for a range. The count at each time covers the step before that time. */
export function toStepQuery({ from, to, step }: TimeRange & { step: number }): StepQuery {
  // One step for a whole range would count what is outside of it.
  const isWhole = step >= to - from;
  const window = isWhole ? Math.ceil(to - from) : step;
  const first = isWhole ? to : Math.floor(from / step) * step + step;
  const last = isWhole ? to : Math.ceil(to / step) * step;
  const times = { start: seconds(first), end: seconds(last), step: seconds(window) };
  return { times, window };
}

const seconds = (milliseconds: number): string => String(milliseconds / 1000);

/** Start of the step whose count has this time, in epoch milliseconds. */
export const stepStart = (time: number, step: number): number => Math.round(time * 1000) - step;
