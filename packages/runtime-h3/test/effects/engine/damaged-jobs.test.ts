import { afterEach, expect, test } from 'vitest';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import type { EffectContext } from '../../../src/types/effects.ts';
import type { QueueJob } from '../../../src/ports.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.engine.drain(0);
  opened = undefined;
});

/** Opens an engine over a queue that returns the first claimed job of `mail` with these changes. */
function openDamaged(change: Partial<Record<keyof QueueJob, unknown>>): {
  opened: Opened;
  ran: unknown[];
} {
  const memory = createMemoryDriver();
  const ran: unknown[] = [];
  let isDamaged = false;
  const made = openEngine(
    {
      mail: {
        retry: { attempts: 3 },
        async run(payload: never, ectx: EffectContext) {
          await ectx.step('send', () => void ran.push(payload));
        },
      },
    },
    {
      driver: {
        ...memory,
        async claim(...args) {
          const leases = await memory.claim(...args);
          for (const lease of isDamaged ? [] : leases.slice(0, 1)) {
            isDamaged = true;
            lease.job = { ...lease.job, ...(change as Partial<QueueJob>) };
          }
          return leases;
        },
      },
    },
  );
  return { opened: made, ran };
}

test.each([
  ['payload that is not JSON', { payload: '{"to":' }],
  ['payload that is no text', { payload: null }],
  ['attempt that is no number', { attempt: 'first' }],
  ['attempt that is not a number', { attempt: Number.NaN }],
  ['release that is no text', { release: 7 }],
  ['list of steps', { steps: ['a'] }],
  ['step without a text', { steps: { send: 1 } }],
  ['step that is not JSON', { steps: { send: '[' } }],
  ['step that is no list', { steps: { send: 'null' } }],
])('a job with a %s is a dead letter at once, and the next one runs', async (_what, change) => {
  const { opened: made, ran } = openDamaged(change);
  opened = made;
  const { id } = await made.engine.enqueue('mail', { n: 1 });
  await expect.poll(async () => (await made.engine.get(id))?.state).toBe('dead');
  const dead = await made.engine.get(id);
  expect(dead).toMatchObject({ attempt: 1, error: expect.stringContaining('GATI_EFFECT_DAMAGED') });
  const next = await made.engine.enqueue('mail', { n: 2 });
  await expect.poll(async () => (await made.engine.get(next.id))?.state).toBe('completed');
  expect(ran).toEqual([{ n: 2 }]);
});

test('a damaged result does not make get() throw', async () => {
  const memory = createMemoryDriver();
  opened = openEngine(
    { mail: { run: () => ({ sent: true }) } },
    {
      driver: {
        ...memory,
        async list(filter) {
          const page = await memory.list!(filter);
          return { ...page, jobs: page.jobs.map((job) => ({ ...job, result: '{"sent":' })) };
        },
      },
    },
  );
  const { id } = await opened.engine.enqueue('mail', {});
  expect(await opened.engine.get(id)).toMatchObject({
    id,
    result: undefined,
    error: 'The stored result is damaged.',
  });
});
