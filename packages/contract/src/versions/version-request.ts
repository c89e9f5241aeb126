import { parseRange, type Range } from './range.ts';
import { parseSemver, type Semver } from './semver.ts';
import { endOfDay, parseDate, parseTime } from './time.ts';

/** The version that a client requests with `X-API-Version` or `?api-version=`. */
export type VersionRequest =
  | { kind: 'missing' }
  /** `at`: milliseconds since 1970. */
  | { kind: 'time'; at: number }
  | { kind: 'exact'; version: Semver }
  | { kind: 'range'; range: Range }
  | { kind: 'invalid'; reason: 'malformed' | 'duplicate' | 'future'; message: string };

const FORMS =
  'an RFC 3339 time, a date, a semver or a range, for example 2026-01-31T12:00:00Z, 2026-01-31, 1.4.0 or ^1.4';

/** Longest text of a version request, in characters. No sensible range is longer. */
const MAX_LENGTH = 256;

/**
 * Parses the version that a client requests.
 *
 * A date means the end of that UTC day; today's date means now. No form contains a comma, so a
 * comma means joined header lines.
 *
 * @param text All values that the client sent, header lines and query values together.
 * @param now Milliseconds since 1970.
 */
export function parseVersionRequest(
  text: string | readonly string[] | undefined,
  now: number,
): VersionRequest {
  if (text === undefined) return { kind: 'missing' };
  const values = typeof text === 'string' ? [text] : text;
  if (values.length === 0) return { kind: 'missing' };
  if (values.length > 1 || values[0]!.includes(',')) {
    return {
      kind: 'invalid',
      reason: 'duplicate',
      message: 'The version was sent more than once. Send one version.',
    };
  }
  if (values[0]!.length > MAX_LENGTH) {
    return {
      kind: 'invalid',
      reason: 'malformed',
      message: `The version has more than ${MAX_LENGTH} characters. Send ${FORMS}.`,
    };
  }
  const value = values[0]!.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '');
  const day = parseDate(value);
  if (day !== undefined)
    return day > now ? futureRequest(value) : { kind: 'time', at: Math.min(endOfDay(day), now) };
  const time = parseTime(value);
  if (time !== undefined) return time > now ? futureRequest(value) : { kind: 'time', at: time };
  const version = parseSemver(value);
  if (version) return { kind: 'exact', version };
  const range = parseRange(value);
  if (range) return { kind: 'range', range };
  return {
    kind: 'invalid',
    reason: 'malformed',
    message:
      value === ''
        ? `The version is empty. Send ${FORMS}.`
        : `The version is malformed. Send ${FORMS}.`,
  };
}

function futureRequest(value: string): VersionRequest {
  return {
    kind: 'invalid',
    reason: 'future',
    message: `The version ${value} is in the future, for which no release exists yet.`,
  };
}
