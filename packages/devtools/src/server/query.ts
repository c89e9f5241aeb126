import { JOB_STATES, type JobState } from '@gati/runtime-h3/effects/inspect';
import { leastStep, LOG_LEVELS, type LogLevel } from '@gati/runtime-h3/telemetry';
import { PanelError } from '../http/problem.ts';

/** Reads one parameter. Returns `undefined` for a string that it does not accept. */
interface Field<Value> {
  parse(text: string): Value | undefined;
  /** Completes "`name` must be …". */
  expects: string;
}

type Shape = Record<string, Field<unknown>>;

/** A closed schema of a query string. All parameters are optional. */
export type Query<Fields extends Shape> = {
  [Name in keyof Fields]?: Fields[Name] extends Field<infer Value> ? Value : never;
};

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Maximum length of a requested range in milliseconds. */
const LONGEST_RANGE = 32 * DAY;
/** Length of the range in milliseconds if none is requested. */
const DEFAULT_RANGE = 15 * MINUTE;

const matching = <Value>(
  pattern: RegExp,
  convert: (text: string) => Value,
  expects: string,
): Field<Value> => ({
  parse: (text) => (pattern.test(text) ? convert(text) : undefined),
  expects,
});

const integer = (least: number, most: number): Field<number> => ({
  parse: (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  },
  expects: `an integer from ${least} to ${most}`,
});

const text = (most: number): Field<string> => ({
  parse: (value) => (value !== '' && value.length <= most ? value : undefined),
  expects: `a string of 1 to ${most} characters`,
});

type StatusFilter = number | `${1 | 2 | 3 | 4 | 5}xx`;

/** The parameters of all endpoints. A name has the same meaning in all of them. */
export const FIELDS = {
  from: integer(0, 8.64e15),
  to: integer(0, 8.64e15),
  limit: integer(1, 1000),
  step: integer(1000, DAY),
  cursor: text(200),
  method: matching(/^[A-Z]{1,10}$/, String, 'a method in upper case'),
  route: text(500),
  id: text(520),
  version: matching(/^[\w.+-]{1,100}$/, String, 'a version'),
  status: matching(
    /^[1-5](?:\d\d|xx)$/,
    (value) => (value.endsWith('xx') ? value : Number(value)) as StatusFilter,
    'a status such as 404, or a class such as 5xx',
  ),
  minUs: integer(0, 1e12),
  path: text(500),
  level: matching(
    new RegExp(`^(?:${LOG_LEVELS.join('|')})$`),
    (value) => value as LogLevel,
    `one of ${LOG_LEVELS.join(', ')}`,
  ),
  text: text(500),
  state: matching(
    new RegExp(`^(?:${JOB_STATES.join('|')})$`),
    (value) => value as JobState,
    `one of ${JOB_STATES.join(', ')}`,
  ),
  before: matching(/^[\w.+-]{1,100}$/, String, 'a version'),
  after: matching(/^[\w.+-]{1,100}$/, String, 'a version'),
  change: matching(
    /^(?:activate|rollback|retire)$/,
    (value) => value as 'activate' | 'rollback' | 'retire',
    'activate, rollback or retire',
  ),
  changes: text(6000),
  effect: text(200),
  cause: matching(/^[\da-f]{16}$/, String, 'the id of a group of dead letters'),
  traceId: matching(/^[\da-f]{32}$/, String, 'a trace id of 32 hexadecimal digits'),
};

type Fields = typeof FIELDS;

/**
 * Parses a query string by a closed schema.
 *
 * @throws {PanelError} 400 when a parameter is unknown, repeated or malformed
 */
export function parseQuery<const Name extends keyof Fields>(
  search: string,
  names: readonly Name[],
): Query<Pick<Fields, Name>> {
  const found: Record<string, unknown> = {};
  const params = new URLSearchParams(search);
  const known = new Set<string>(names);
  const unknown = [...new Set(params.keys())].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new PanelError(
      400,
      'unknown_parameter',
      `Unknown parameters: ${unknown
        .slice(0, 5)
        .map((name) => JSON.stringify(name.slice(0, 50)))
        .join(', ')}. Allowed: ${names.join(', ')}.`,
    );
  for (const name of names) {
    const values = params.getAll(name);
    if (values.length === 0) continue;
    const field: Field<unknown> = FIELDS[name];
    const value = values.length === 1 ? field.parse(values[0]!) : undefined;
    if (value === undefined)
      throw new PanelError(
        400,
        'invalid_parameter',
        `\`${name}\` must be ${field.expects}, and must not repeat.`,
      );
    found[name] = value;
  }
  return found as Query<Pick<Fields, Name>>;
}

/**
 * Completes a range of time. By default it is the last 15 minutes.
 *
 * @throws {PanelError} 400 when the range is empty or too long
 */
export function toRange(
  { from, to }: { from?: number; to?: number },
  now: number,
): { from: number; to: number } {
  const end = to ?? now + 1;
  const range = { from: from ?? end - DEFAULT_RANGE, to: end };
  if (range.from >= range.to || range.to - range.from > LONGEST_RANGE)
    throw new PanelError(
      400,
      'invalid_range',
      '`from` must be before `to`, and at most 32 days before it.',
    );
  return range;
}

/** Steps that divide hours and days evenly, in milliseconds. */
const STEPS = [10, 20, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 86_400].map(
  (seconds) => seconds * 1000,
);

/**
 * Returns a step that shows a range in about 60 to 120 points, or the next one above a requested
 * step. Sources have a minimum step for each range.
 */
export function toStep(range: { from: number; to: number }, wanted?: number): number {
  const length = range.to - range.from;
  const least = Math.max(leastStep(range), wanted ?? length / 120);
  return STEPS.find((step) => step >= least) ?? DAY;
}

/**
 * Returns one step for a whole range, for sums. It has whole days, so that a store reads the longest
 * steps that it has.
 */
export const wholeStep = ({ from, to }: { from: number; to: number }): number =>
  Math.ceil((to - from) / DAY) * DAY;
