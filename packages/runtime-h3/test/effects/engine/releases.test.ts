import type { Schema } from '@gati/contract';
import { afterEach, expect, test } from 'vitest';
import type { EffectContext } from '../../../src/types/effects.ts';
import { fits } from '../../../src/validate/fits.ts';
import { type Opened, openEngine, createRelease } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.engine.drain(0);
  opened = undefined;
});

const schemaOf = (property: string): { schema: Schema; check(value: unknown): boolean } => {
  const schema: Schema = {
    type: 'object',
    properties: { [property]: { type: 'string' } },
    required: [property],
  };
  return { schema, check: (value) => fits(schema, {}, value) };
};
const dead = async ({ driver }: Opened): Promise<unknown> =>
  (await driver.list!({ states: ['dead'], limit: 10 })).jobs;

test('a job runs on the release that enqueued it while that release is served', async () => {
  const seen: string[] = [];
  const old = createRelease(
    {
      mail: {
        run: (_: never, { release }: EffectContext) =>
          void seen.push(`old code, ${release.version}`),
      },
    },
    '1.0.0',
  );
  opened = openEngine(
    { mail: { run: () => void seen.push('new code') } },
    { releaseOf: async (version) => (version === '1.0.0' ? old : undefined) },
    '2.0.0',
  );
  const job = { effect: 'mail', payload: '{}', priority: 0, runAt: Date.now() };
  await opened.engine.enqueue('mail', {});
  await opened.engine.idle();
  await opened.driver.enqueue([{ ...job, id: 'of-old', release: '1.0.0' }]);
  await opened.engine.idle();
  expect(seen).toEqual(['new code', 'old code, 1.0.0']);
});

test('a job of a removed release runs with its payload migrated, or unchanged if it matches, else becomes a dead letter', async () => {
  const seen: unknown[] = [];
  const migrate = async (effect: string, payload: unknown, from: string) =>
    from === '1.0.0'
      ? { payload: { id: `${effect}-${(payload as { old: number }).old}` } }
      : undefined;
  opened = openEngine(
    { mail: { payload: schemaOf('id'), run: (payload: never) => void seen.push(payload) } },
    { migrate },
    '3.0.0',
  );
  await opened.engine.enqueue('mail', { id: 'own' });
  const job = { effect: 'mail', priority: 0, runAt: Date.now() };
  await opened.driver.enqueue([
    { ...job, id: 'a', release: '1.0.0', payload: '{"old":7}' },
    { ...job, id: 'b', release: '2.0.0', payload: '{"id":"fits"}' },
    { ...job, id: 'c', release: '2.0.0', payload: '{"old":8}' },
  ]);
  await opened.engine.idle();
  expect(seen).toEqual([{ id: 'own' }, { id: 'mail-7' }, { id: 'fits' }]);
  expect(await dead(opened)).toMatchObject([
    {
      id: 'c',
      error: expect.stringMatching(/GATI_EFFECT_RELEASE: .*2\.0\.0.* is no longer served/),
    },
  ]);
});

test('a job of a removed release waits for the engine of the new current release', async () => {
  const seen: unknown[] = [];
  let current = '4.0.0';
  const migrate = async () => ({ payload: { id: 'for 4.0.0' } });
  opened = openEngine(
    { mail: { payload: schemaOf('id'), run: (payload: never) => void seen.push(payload) } },
    { migrate, currentVersion: () => current },
    '3.0.0',
  );
  await opened.engine.enqueue('mail', { id: 'own' });
  await opened.engine.idle();
  await opened.driver.enqueue([
    {
      id: 'of-old',
      effect: 'mail',
      payload: '{"old":1}',
      priority: 0,
      runAt: Date.now(),
      release: '1.0.0',
    },
  ]);
  await opened.engine.idle();
  expect(seen).toEqual([{ id: 'own' }]);
  expect((await opened.driver.list!({ ids: ['of-old'], limit: 1 })).jobs).toMatchObject([
    { state: 'delayed' },
  ]);
  current = '3.0.0';
  await expect.poll(() => seen).toEqual([{ id: 'own' }, { id: 'for 4.0.0' }]);
});

test("jobs stay queued while their release can't be loaded", async () => {
  const old = createRelease({ mail: { run: () => 'done' } }, '1.0.0');
  let fails = 1;
  const releaseOf = async () => {
    if (fails-- > 0) throw new Error('the store is away');
    return old;
  };
  opened = openEngine({ mail: { run: () => {} } }, { releaseOf }, '2.0.0');
  await opened.engine.enqueue('mail', {});
  await opened.engine.idle();
  await opened.driver.enqueue([
    {
      id: 'of-old',
      effect: 'mail',
      payload: '{}',
      priority: 0,
      runAt: Date.now(),
      release: '1.0.0',
    },
  ]);
  await opened.engine.idle();
  expect(opened.logged).toContain("a release with queued jobs can't be loaded");
  expect((await opened.driver.list!({ ids: ['of-old'], limit: 1 })).jobs).toMatchObject([
    { state: 'delayed' },
  ]);
});
