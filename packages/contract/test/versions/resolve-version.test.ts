import * as fc from 'fast-check';
import * as semver from 'semver';
import { describe, expect, test } from 'vitest';
import { parseVersionRequest } from '../../src/versions/version-request.ts';
import {
  indexReleases,
  type ReleaseInfo,
  type Resolution,
  resolveVersion,
  type ResolveOptions,
} from '../../src/versions/resolve-version.ts';
import { createVersionResolver } from '../../src/versions/version-resolver.ts';
import type { ReleaseStatus } from '../../src/versions/status.ts';

const now = Date.parse('2026-06-15T12:00:00Z');

function release(
  version: string,
  date: string,
  status: ReleaseStatus = 'live',
  migrated?: boolean,
): ReleaseInfo {
  return { version, id: `rel_${version}`, date, status, ...(migrated ? { migrated } : {}) };
}

const five = [
  release('1.0.0', '2026-01-01T00:00:00Z', 'retired'),
  release('1.1.0', '2026-02-01T00:00:00Z', 'deprecated'),
  release('1.1.1', '2026-03-01T00:00:00Z'),
  release('2.0.0', '2026-04-01T00:00:00Z', 'withdrawn'),
  release('2.0.1', '2026-05-01T00:00:00Z'),
  release('3.0.0', '2026-06-01T00:00:00Z', 'staged'),
];

/** Returns the version of the resolution, or its status. */
function resolve(
  releases: ReleaseInfo[],
  text: string | undefined,
  options?: ResolveOptions,
): string | number {
  return short(resolveVersion(indexReleases(releases), parseVersionRequest(text, now), options));
}

function short(resolution: Resolution): string | number {
  return resolution.status === 200 ? resolution.release.version : resolution.status;
}

describe('resolveVersion', () => {
  test.each([
    ['2026-06-15', '2.0.1'],
    ['2026-05-01T00:00:00Z', '2.0.1'],
    ['2026-04-30T23:59:59.999Z', '1.1.1'],
    ['2026-04-15', '1.1.1'],
    ['2026-02-01', '1.1.0'],
    ['2026-01-31', 410],
    ['2025-12-31', 406],
    ['2026-12-31', 400],
    ['1.1.0', '1.1.0'],
    ['1.0.0', 410],
    ['2.0.0', '2.0.0'],
    ['3.0.0', 406],
    ['1.2.0', 406],
    ['^1.0', '1.1.1'],
    ['~1.0', 410],
    ['>=1 <3', '2.0.1'],
    ['<=2.0.0', '1.1.1'],
    ['^2 || ^1', '2.0.1'],
    ['^3', 406],
    ['*', '2.0.1'],
    ['', 400],
    ['1.0.0, 1.1.0', 400],
    [undefined, 300],
  ])('resolves the request %s to %s', (text, expected) =>
    expect(resolve(five, text)).toBe(expected),
  );

  test('resolves a missing version by the policy', () => {
    expect(resolve(five, undefined, { missing: 'latest' })).toBe('2.0.1');
    expect(resolve(five, undefined, { missing: 'oldest' })).toBe('1.1.0');
    expect(resolve(five, undefined, { missing: 'latest', current: five[2]! })).toBe('1.1.1');
    expect(resolve(five, undefined, { missing: parseVersionRequest('~1.1', now) })).toBe('1.1.1');
    expect(resolve(five, undefined, { missing: parseVersionRequest('^9', now) })).toBe(406);
    expect(resolve([five[0]!, five[1]!, five[3]!, five[5]!], undefined)).toBe('1.1.0');
    expect(resolve([five[0]!], undefined)).toBe(406);
    expect(resolve([], '1.0.0')).toBe(406);
  });

  test('returns the live releases as options', () => {
    const versions = ['2.0.1', '1.1.1', '1.1.0'];
    for (const text of [undefined, '9.9.9', '1.0.0']) {
      const resolution = resolveVersion(indexReleases(five), parseVersionRequest(text, now));
      expect('options' in resolution && resolution.options.map(({ version }) => version)).toEqual(
        versions,
      );
    }
  });

  test('resolves to a retired release that migrations serve', () => {
    const migrated = [release('1.0.0', '2026-01-01T00:00:00Z', 'retired', true), ...five.slice(1)];
    expect(resolve(migrated, '1.0.0')).toBe('1.0.0');
    expect(resolve(migrated, '2026-01-15')).toBe('1.0.0');
    expect(resolve(migrated, '~1.0')).toBe('1.0.0');
    expect(resolve(migrated, undefined)).toBe(300);
  });

  test('prefers the higher of two versions with the same date', () => {
    expect(
      resolve(
        [release('1.0.1', '2026-01-01T00:00:00Z'), release('1.0.10', '2026-01-01T00:00:00Z')],
        '2026-01-01',
      ),
    ).toBe('1.0.10');
  });

  test('indexReleases throws a RangeError for an invalid version or date', () => {
    expect(() => indexReleases([release('1.0', '2026-01-01T00:00:00Z')])).toThrow(RangeError);
    expect(() => indexReleases([release('1.0.0', 'yesterday')])).toThrow(RangeError);
  });
});

const releases = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('', '', '', '-rc.1'),
    ),
    {
      selector: String,
      maxLength: 8,
    },
  )
  .chain((versions) =>
    fc.tuple(
      ...versions.map(([a, b, c, pre]) =>
        fc.record({
          version: fc.constant(`${a}.${b}.${c}${pre}`),
          id: fc.constant(`rel_${a}${b}${c}${pre}`),
          date: fc
            .integer({ min: 1, max: 12 })
            .map((month) => new Date(Date.UTC(2025, month, 1)).toISOString()),
          status: fc.constantFrom<ReleaseStatus>(
            'staged',
            'live',
            'live',
            'deprecated',
            'withdrawn',
            'retired',
          ),
        }),
      ),
    ),
  );
const text = fc.oneof(
  fc.constantFrom(undefined, '*', '^1', '~0.1', '>=1.0.0-rc.0', '<2', '1 || 2'),
  fc.integer({ min: 0, max: 12 }).map((month) => new Date(Date.UTC(2025, month, 1)).toISOString()),
  fc
    .integer({ min: 0, max: 12 })
    .map((month) => new Date(Date.UTC(2025, month, 1)).toISOString().slice(0, 10)),
  fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)).map((numbers) => numbers.join('.')),
);

/** Resolves versions by the rules of the documentation, as plainly as possible. */
function oracle(all: ReleaseInfo[], requested: string | undefined): string | number {
  const live = all.filter(({ status }) => status === 'live' || status === 'deprecated');
  const open = [...live, ...all.filter(({ status }) => status === 'retired')];
  if (requested === undefined) return live.length > 1 ? 300 : (live[0]?.version ?? 406);
  let found: ReleaseInfo | undefined;
  if (/^\d{4}-/.test(requested)) {
    const at = requested.length === 10 ? `${requested}T23:59:59.999Z` : requested;
    found = open
      .filter(({ date }) => date <= at)
      .sort((a, b) =>
        a.date < b.date ? 1 : a.date > b.date ? -1 : semver.rcompare(a.version, b.version),
      )[0];
  } else if (semver.valid(requested)) {
    found = all.find(({ version, status }) => version === requested && status !== 'staged');
  } else {
    const best = (some: ReleaseInfo[]): ReleaseInfo | undefined =>
      some
        .filter(({ version }) => semver.satisfies(version, requested))
        .sort((a, b) => semver.rcompare(a.version, b.version))[0];
    found = best(live) ?? best(open);
  }
  return found ? (found.status === 'retired' ? 410 : found.version) : 406;
}

describe('resolveVersion with random releases', () => {
  test('agrees with a plain implementation, whatever the order of the releases', () => {
    fc.assert(
      fc.property(releases, text, (all, requested) => {
        const shuffled = [...all].reverse();
        expect(resolve(all, requested)).toBe(oracle(all, requested));
        expect(resolve(shuffled, requested)).toBe(oracle(all, requested));
      }),
      { seed: 8, numRuns: 5000 },
    );
  });

  test('never resolves a later time to an earlier release, and ignores added staged and withdrawn releases', () => {
    fc.assert(
      fc.property(releases, fc.tuple(fc.nat(360), fc.nat(360)), (all, days) => {
        const [early, late] = days
          .sort((a, b) => a - b)
          .map((day) => new Date(Date.UTC(2025, 1, day)).toISOString());
        const of = (requested: string): number => {
          const resolution = resolveVersion(
            indexReleases(all),
            parseVersionRequest(requested, now),
          );
          return 'release' in resolution ? Date.parse(resolution.release.date) : 0;
        };
        expect(of(early!)).toBeLessThanOrEqual(of(late!));
        const more = [
          ...all,
          release('9.0.0', '2025-03-01T00:00:00Z', 'staged'),
          release('9.0.1', '2025-03-01T00:00:00Z', 'withdrawn'),
        ];
        for (const requested of [early, late, '*', '^1', '1.0.0', undefined])
          expect(resolve(more, requested)).toBe(resolve(all, requested));
      }),
      { seed: 8, numRuns: 1000 },
    );
  });

  test('createVersionResolver agrees with resolveVersion as time goes on', () => {
    fc.assert(
      fc.property(
        releases,
        fc.array(fc.tuple(text, fc.integer({ min: 0, max: 400 })), { maxLength: 20 }),
        (all, requested) => {
          const resolver = createVersionResolver(all);
          let day = 0;
          for (const [each, later] of requested) {
            const moment = Date.UTC(2025, 0, (day += later / 10));
            expect(resolver(each, moment)).toEqual(
              resolveVersion(indexReleases(all), parseVersionRequest(each, moment)),
            );
          }
        },
      ),
      { seed: 8, numRuns: 500 },
    );
  });

  test('createVersionResolver stays correct after its cache was full', () => {
    const resolver = createVersionResolver(five);
    for (let patch = 0; patch < 1000; patch++)
      expect(short(resolver(`7.0.${patch}`, now))).toBe(406);
    expect(short(resolver('1.1.0', now))).toBe('1.1.0');
    expect(short(resolver(['1.1.0', '1.1.0'], now))).toBe(400);
  });
});
