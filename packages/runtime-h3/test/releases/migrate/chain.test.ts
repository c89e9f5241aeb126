import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyResponseSteps,
  applyRequestSteps,
  applyPayloadSteps,
} from '../../../src/releases/migrate/apply-steps.ts';
import { findChain, stepsTo } from '../../../src/releases/migrate/chain.ts';
import type { Migration, MigrationFile } from '../../../src/types/migration.ts';

const slot = (from: string, to: string, migration: Migration = {}): MigrationFile => ({
  from,
  to,
  migration,
});
const ONE = slot('1.x', '2.0.0');
const TWO = slot('2.x', '3.0.0');

describe('a chain of migrations', () => {
  test.each([
    [
      'to the newest release compatible with its last step',
      '1.4.0',
      [ONE],
      ['2.0.0', '2.3.0', '3.0.0'],
      '2.3.0',
      1,
    ],
    [
      'over several steps to the newest release',
      '1.4.0',
      [TWO, ONE],
      ['2.3.0', '3.1.0'],
      '3.1.0',
      2,
    ],
    [
      'through a version that the store no longer serves',
      '1.0.0',
      [ONE, TWO],
      ['3.0.0'],
      '3.0.0',
      2,
    ],
    ['as far as a release exists', '1.0.0', [ONE, TWO], ['2.0.0'], '2.0.0', 1],
    [
      'by the file of the exact version before a range',
      '1.0.0',
      [ONE, slot('1.0.0', '3.0.0')],
      ['2.0.0', '3.0.0'],
      '3.0.0',
      1,
    ],
    [
      'below 1.0.0, where a minor version breaks',
      '0.1.0',
      [slot('0.1.x', '0.2.0')],
      ['0.2.5', '0.3.0'],
      '0.2.5',
      1,
    ],
  ])('a chain leads %s', (_name, version, slots, targets, target, steps) => {
    const chain = findChain(version, slots, targets);
    expect([chain?.target, chain?.steps.length]).toEqual([target, steps]);
  });

  test.each([
    ['no migration has the version', '4.0.0', [ONE, TWO], ['5.0.0']],
    ['no release is compatible with its end', '1.0.0', [ONE], ['3.0.0']],
    ['it leads to an older version', '1.0.0', [slot('1.x', '1.0.0')], ['1.0.0', '1.1.0']],
    ['it is a cycle', '1.0.0', [slot('*', '1.0.0')], ['1.0.0']],
  ])('there is no chain when %s', (_name, version, slots, targets) => {
    expect(findChain(version, slots, targets)).toBeUndefined();
  });

  test('always ends at an existing release', () => {
    const version = fc.tuple(fc.nat(4), fc.nat(3), fc.nat(2)).map((parts) => parts.join('.'));
    const from = fc.oneof(
      version,
      fc.nat(4).map((major) => `${major}.x`),
    );
    fc.assert(
      fc.property(
        version,
        fc.array(fc.tuple(from, version), { maxLength: 8 }),
        fc.array(version, { maxLength: 6 }),
        (at, pairs, targets) => {
          const chain = findChain(
            at,
            pairs.map(([low, high]) => slot(low, high)),
            targets,
          );
          return chain === undefined || (targets.includes(chain.target) && chain.steps.length > 0);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe('migrations', () => {
  const first: Migration = {
    moved: {
      'POST /payments': {
        to: 'POST /v2/payments/:currency',
        up: ({ body }) => {
          const { amount, currency } = body as { amount: number; currency: string };
          return { params: { currency }, body: { cents: amount * 100 } };
        },
        down: ({ body }) => ({
          status: 200,
          body: { total: (body as { cents: number }).cents / 100 },
        }),
      },
    },
    effects: { capture: (old) => ({ ...(old as object), one: true }) },
  };
  const second: Migration = {
    routes: {
      'POST /v2/payments/:currency': {
        up: async ({ body }) => ({ body: { money: body } }),
        down: async ({ body }) => ({ body: (body as { money: unknown }).money }),
      },
    },
    effects: { capture: (old) => Promise.resolve({ ...(old as object), two: true }) },
  };
  const old = {
    params: {},
    query: { a: '1' },
    headers: { x: 'y' },
    body: { amount: 5, currency: 'eur' },
  };

  test('migrate a request step by step, and its response back', async () => {
    const { id, request, responseSteps } = await applyRequestSteps(
      [first, second],
      'POST /payments',
      old,
    );
    expect([id, request]).toEqual([
      'POST /v2/payments/:currency',
      { ...old, params: { currency: 'eur' }, body: { money: { cents: 500 } } },
    ]);
    expect(
      await applyResponseSteps(responseSteps, { status: 201, body: { money: { cents: 700 } } }),
    ).toEqual({
      status: 200,
      body: { total: 7 },
    });
  });

  test('keeps a route without a migration unchanged', async () => {
    expect(await applyRequestSteps([first, second], 'GET /toString', old)).toEqual({
      id: 'GET /toString',
      request: old,
      responseSteps: [],
    });
  });

  test('migrate a payload through all steps that have its effect', async () => {
    expect(await applyPayloadSteps([first, second], 'capture', { id: 1 })).toEqual({
      payload: { id: 1, one: true, two: true },
    });
    expect(await applyPayloadSteps([first, second], 'constructor', { id: 1 })).toBeUndefined();
    expect(
      stepsTo('1.0.0', [slot('1.x', '2.0.0', first), slot('2.x', '3.0.0', second)], '3.4.0'),
    ).toEqual([first, second]);
    expect(stepsTo('1.0.0', [slot('1.x', '2.0.0', first)], '3.4.0')).toBeUndefined();
  });
});
