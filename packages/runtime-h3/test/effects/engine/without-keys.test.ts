import { afterEach, expect, test } from 'vitest';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import { openQueue } from '../../../src/effects/drivers/open.ts';
import { verifySchedules } from '../../../src/effects/engine/schedules.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import { type Opened, openEngine, createRelease } from '../helpers/engine-kit.ts';

/** A queue that stores no idempotency keys, like cloud queues. */
const memory = createMemoryDriver();
const driver: QueueDriver = { ...memory, caps: { ...memory.caps, keyMemory: 0 } };

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.engine.drain(0);
  opened = undefined;
});

test('enqueue rejects an idempotency key when the queue stores no keys', async () => {
  opened = openEngine({ pay: { run: () => {} } }, { driver });
  await expect(opened.engine.enqueue('pay', {}, { idempotencyKey: 'k' })).rejects.toMatchObject({
    code: 'GATI_EFFECTS_KEYS',
  });
  expect(await opened.engine.enqueue('pay', {})).toMatchObject({ id: expect.any(String) });
});

test('a schedule on a queue without keys is an error at start', async () => {
  const slots = createRelease({
    mail: { run: () => {} },
    report: { run: () => {}, schedule: '0 3 * * *' },
  }).effects();
  await expect(verifySchedules(slots, driver.caps)).rejects.toMatchObject({
    code: 'GATI_EFFECTS_KEYS',
    message: expect.stringContaining('"report"'),
  });
  await verifySchedules(slots, memory.caps);
  delete slots.report;
  await verifySchedules(slots, driver.caps);
});

test('the URL of a cloud queue that was not bundled is an error that says how to bundle it', async () => {
  await expect(openQueue('sqs://eu-west-1/gati')).rejects.toMatchObject({
    code: 'GATI_EFFECTS',
    message: expect.stringContaining("effects: ['sqs']"),
  });
});
