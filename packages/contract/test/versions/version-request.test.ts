import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseVersionRequest, type VersionRequest } from '../../src/versions/version-request.ts';

const now = Date.parse('2026-06-15T12:00:00Z');
const parse = (text: string | readonly string[] | undefined): VersionRequest =>
  parseVersionRequest(text, now);
const time = (text: string): VersionRequest => ({ kind: 'time', at: Date.parse(text) });

describe('parseVersionRequest', () => {
  test('returns missing without a version', () => {
    expect(parse(undefined)).toEqual({ kind: 'missing' });
    expect(parse([])).toEqual({ kind: 'missing' });
  });

  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123999999Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00Z'],
    ['2026-01-31T23:30:00-05:30', '2026-02-01T05:00:00Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    [' 2026-01-31T12:00:00Z\t', '2026-01-31T12:00:00Z'],
    ['2026-06-15T12:00:00Z', '2026-06-15T12:00:00Z'],
  ])('parses the time %s', (text, meant) => expect(parse(text)).toEqual(time(meant)));

  test('reads a date as the end of its UTC day and today as now', () => {
    expect(parse('2026-01-31')).toEqual(time('2026-01-31T23:59:59.999Z'));
    expect(parse('2026-06-14')).toEqual(time('2026-06-14T23:59:59.999Z'));
    expect(parse('2026-06-15')).toEqual({ kind: 'time', at: now });
  });

  test.each(['2026-06-16', '2026-06-15T12:00:00.001Z', '2026-06-15T13:00:00+00:30', '9999-12-31'])(
    'rejects %s as a time in the future',
    (text) => {
      expect(parse(text)).toMatchObject({ kind: 'invalid', reason: 'future' });
    },
  );

  test('parses versions and ranges', () => {
    expect(parse('1.2.3-rc.1')).toEqual({
      kind: 'exact',
      version: { major: 1, minor: 2, patch: 3, prerelease: ['rc', 1] },
    });
    for (const text of ['1', '1.x', '*', '^1.2', '~1.2.3', '>=1.0.0 <2', '1.0.0 - 1.4', '1 || 2'])
      expect(parse(text).kind).toBe('range');
  });

  test.each([
    '',
    ' ',
    'latest',
    'v1.2.3',
    'foo',
    '2026-02-30',
    '2026-13-01',
    '2025-02-29',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00Z',
    '2026-1-31',
    '20260131',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:60Z',
    '2026-01-31T12:00:00 02:00',
    '1.0.0.0',
    '1.0.0;',
    '\u0000',
    '１.0.0',
    '2026-01-31T12:00:00+24:00',
  ])('rejects %j as malformed', (text) => {
    // A bare number is a range (`1` is `1.x`), so eight digits are a major version and not a date.
    expect(parse(text)).toMatchObject(
      text === '20260131' ? { kind: 'range' } : { kind: 'invalid', reason: 'malformed' },
    );
  });

  test('rejects a version that was sent twice, even if both are equal', () => {
    for (const text of [
      ['1.0.0', '1.0.0'],
      ['', ''],
      '1.0.0, 2.0.0',
      '1.0.0,1.0.0',
      '2026-01-31, 1.0.0',
    ]) {
      expect(parse(text)).toMatchObject({ kind: 'invalid', reason: 'duplicate' });
    }
  });

  test('rejects a version of more than 256 characters', () => {
    const longest = `1.2.3 ||${' '.repeat(243)}2.0.0`;
    expect(longest).toHaveLength(256);
    expect(parseVersionRequest(longest, 0).kind).toBe('range');
    expect(parseVersionRequest(`${longest} `, 0)).toMatchObject({
      kind: 'invalid',
      reason: 'malformed',
    });
  });

  test('parses any text without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 400 }),
          fc.string({ unit: fc.constantFrom(...'0123456789.-^~<>=|xX*TZ: +'), maxLength: 400 }),
        ),
        (text) => {
          expect(['time', 'exact', 'range', 'invalid']).toContain(parse(text).kind);
        },
      ),
      { seed: 8, numRuns: 2000 },
    );
  });

  test('parses every time that Date prints', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date(now), noInvalidDate: true }),
        (date) => {
          expect(parse(date.toISOString())).toEqual({ kind: 'time', at: date.getTime() });
        },
      ),
      { seed: 8, numRuns: 1000 },
    );
  });
});
