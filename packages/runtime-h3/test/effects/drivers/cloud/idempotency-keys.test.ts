import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createIdempotencyKeys } from '../../../../src/effects/drivers/cloud/idempotency-keys.ts';
import type { KeyStore } from '../../../../src/effects/drivers/cloud/key-store.ts';

const JOB = { id: 'a', effect: 'mail', idempotencyKey: 'order-1' };

/** A store in which another process replaces the entry of `JOB` before each of our writes. */
function createContestedStore(onReplace: () => boolean): KeyStore & { replaced: number } {
  const text = JSON.stringify({ id: JOB.id, state: 'sent', at: 0 });
  return {
    replaced: 0,
    create: async () => undefined,
    read: async () => ({ text, tag: 'tag' }),
    async replace() {
      this.replaced++;
      return onReplace();
    },
    verify: async () => {},
    isOutage: () => false,
    close: async () => {},
  };
}

// The pauses are real, the clock is fake.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test('done tries again after a write that lost against another process', async () => {
  let losses = 3;
  const store = createContestedStore(() => losses-- === 0);
  await createIdempotencyKeys(store).done(JOB);
  expect(store.replaced).toBe(4);
});

test('done gives up with GATI_EFFECTS_AWAY when other processes keep changing the key', async () => {
  const store = createContestedStore(() => {
    vi.setSystemTime(Date.now() + 10_000);
    return false;
  });
  await expect(createIdempotencyKeys(store).done(JOB)).rejects.toMatchObject({
    diagnostic: {
      code: 'GATI_EFFECTS_AWAY',
      message:
        'Other processes kept using the idempotency key of "mail", so the end of its job was not stored.',
    },
  });
  expect(store.replaced).toBe(3);
});

test.each([
  '',
  '{"id":',
  'null',
  '{"id":1,"state":"sent","at":0}',
  `${'['.repeat(5000)}`,
  ' '.repeat(20_000),
])('a damaged entry of a key is replaced, and its job is sent', async (damaged) => {
  let text = damaged;
  const store: KeyStore = {
    create: async () => undefined,
    read: async () => ({ text, tag: 'tag' }),
    async replace(_name, next) {
      text = next;
      return true;
    },
    verify: async () => {},
    isOutage: () => false,
    close: async () => {},
  };
  const keys = createIdempotencyKeys(store);
  expect(await keys.isDone(JOB)).toBe(false);
  expect(await keys.reserve(JOB)).toMatchObject({ id: JOB.id, send: true });
  text = damaged;
  await keys.done(JOB);
  expect(await keys.isDone(JOB)).toBe(true);
});
