import * as fc from 'fast-check';
import * as semver from 'semver';
import { describe, expect, test } from 'vitest';
import { parseRange, satisfies } from '../../src/versions/range.ts';
import { compareSemver, formatSemver, parseSemver } from '../../src/versions/semver.ts';

const seeded = { seed: 8, numRuns: 3000 };
const number = fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.nat(20));
const prerelease = fc.constantFrom(
  '',
  '',
  '',
  '-0',
  '-1',
  '-rc',
  '-rc.1',
  '-rc.2',
  '-rc.10',
  '-alpha.beta',
  '-x-y.0',
);
const version = fc
  .tuple(number, number, number, prerelease)
  .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre}`);
const part = fc.oneof(number.map(String), fc.constantFrom('x', 'X', '*'));
const open = fc.constantFrom('x', 'X', '*');
const partial = fc.oneof(
  version,
  part,
  fc.tuple(number, part).map((parts) => parts.join('.')),
  fc.tuple(number, number, part).map((parts) => parts.join('.')),
  fc.tuple(fc.oneof(number, open), open, open).map((parts) => parts.join('.')),
);
const comparator = fc
  .tuple(
    fc.constantFrom('', '^', '~', '>', '>=', '<', '<=', '='),
    fc.constantFrom('', ' '),
    partial,
  )
  .map(([operator, space, text]) => operator + (operator ? space : '') + text);
const set = fc.oneof(
  fc.array(comparator, { minLength: 1, maxLength: 3 }).map((list) => list.join(' ')),
  fc.tuple(partial, partial).map((ends) => ends.join(' - ')),
);
const range = fc.array(set, { minLength: 1, maxLength: 3 }).map((sets) => sets.join(' || '));

describe('versions and ranges compared with npm', () => {
  test('compareSemver orders versions as npm does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareSemver(parseSemver(a)!, parseSemver(b)!))).toBe(
          semver.compare(a, b),
        );
        expect(formatSemver(parseSemver(a)!)).toBe(a);
      }),
      seeded,
    );
  });

  test('satisfies agrees with npm', () => {
    fc.assert(
      fc.property(range, version, (text, candidate) => {
        // Checked set by set: beside a set that matches all, npm ignores the pre-releases of
        // others.
        const expected = text.split('||').some((set) => semver.satisfies(candidate, set));
        expect([text, candidate, satisfies(parseSemver(candidate)!, parseRange(text)!)]).toEqual([
          text,
          candidate,
          expected,
        ]);
      }),
      { ...seeded, numRuns: 10_000 },
    );
  });

  test('parseSemver returns undefined for malformed versions', () => {
    const texts = [
      '',
      '1',
      '1.2',
      'v1.2.3',
      '=1.2.3',
      '01.2.3',
      '1.2.3-',
      '1.2.3-01',
      '1.2.3+',
      '1.2.3 ',
      '1.2.3.4',
      '9007199254740992.0.0',
      `1.2.3-${'a'.repeat(300)}`,
      '-1.2.3',
      '1.2.3-a..b',
    ];
    for (const text of texts) expect([text, parseSemver(text)]).toEqual([text, undefined]);
    expect(parseSemver('1.2.3-rc.1+build.5')).toEqual({
      major: 1,
      minor: 2,
      patch: 3,
      prerelease: ['rc', 1],
    });
  });

  test('parseRange returns undefined for malformed ranges', () => {
    const texts = [
      '',
      ' ',
      '||',
      '1.0.0 ||',
      'latest',
      '^',
      '>',
      '1.2.3.4',
      'v1',
      '1,2',
      '^^1',
      '1.0.0 - ',
      ' - 1',
      '1 - 2 - 3',
      '1.x.3',
      'x.1',
      '1 || foo',
      '^1.2.3 '.repeat(60),
      'x'.repeat(5000),
    ];
    for (const text of texts) expect([text, parseRange(text)]).toEqual([text, undefined]);
  });
});
