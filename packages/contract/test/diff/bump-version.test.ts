import * as semver from 'semver';
import { describe, expect, test } from 'vitest';
import { type Bump, bumpVersion } from '../../src/index.ts';

describe('bumpVersion', () => {
  test.each<[string, Bump, string]>([
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', 'none', '1.2.3'],
    ['0.2.3', 'major', '0.3.0'],
    ['0.2.3', 'minor', '0.2.4'],
    ['0.2.3', 'patch', '0.2.4'],
    ['0.0.0', 'none', '0.0.0'],
    ['2.0.0-rc.1', 'major', '2.0.0'],
    ['2.0.0-rc.1', 'patch', '2.0.0'],
    ['1.2.3+build', 'patch', '1.2.4'],
  ])('%s and %s: %s', (version, bump, expected) =>
    expect(bumpVersion(version, bump)).toBe(expected),
  );

  test('agrees with npm from 1.0.0 on', () => {
    for (const version of [
      '1.0.0',
      '1.2.3',
      '2.0.0-rc.1',
      '2.1.0-rc.1',
      '2.1.3-rc.1',
      '3.0.1-alpha',
    ]) {
      for (const bump of ['major', 'minor', 'patch'] as const)
        expect([version, bump, bumpVersion(version, bump)]).toEqual([
          version,
          bump,
          semver.inc(version, bump),
        ]);
    }
  });

  test('throws a RangeError for an invalid version', () =>
    expect(() => bumpVersion('1.0', 'patch')).toThrow(RangeError));
});
