import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRedrive } from '../../../../src/effects/drivers/cloud/redrive.ts';
import {
  type Enveloped,
  fromBody,
  toBody,
} from '../../../../src/effects/drivers/cloud/envelope.ts';
import type { MessageQueue } from '../../../../src/effects/drivers/cloud/service.ts';

interface Stored {
  body: string;
  sentAt: number;
  until: number;
}

/** A queue in memory with a fake clock: each receive call takes 100 ms. */
function createQueue(): MessageQueue & {
  put(id: string): void;
  ready(): string[];
  all(): string[];
} {
  const stored = new Map<string, Stored>();
  let receipts = 0;
  const idOf = ({ body }: Stored): string => fromBody(body)!.id;
  const put = (body: string): void =>
    void stored.set(String(receipts++), { body, sentAt: Date.now(), until: 0 });
  return {
    put: (id) =>
      put(
        toBody({
          id,
          effect: 'a',
          payload: '{}',
          priority: 0,
          release: '1.0.0',
          enqueuedAt: 0,
        } satisfies Enveloped),
      ),
    ready: () => [...stored.values()].filter(({ until }) => until <= performance.now()).map(idOf),
    all: () => [...stored.values()].map(idOf),
    send: async ({ body }) => put(body),
    async receive(count, lease) {
      vi.advanceTimersByTime(100);
      const free = [...stored]
        .filter(([, { until }]) => until <= performance.now())
        .slice(0, count);
      return free.map(([receipt, one]) => {
        one.until = performance.now() + lease;
        return { body: one.body, receipt, deliveries: 1, until: one.until, sentAt: one.sentAt };
      });
    },
    async hide(receipt, milliseconds) {
      const one = stored.get(receipt);
      if (one) one.until = performance.now() + milliseconds;
      return one && receipt;
    },
    remove: async (receipt) => stored.delete(receipt),
  };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('a redrive ends while other jobs keep dying, and leaves jobs that died after its start', async () => {
  const dead = createQueue();
  const again = createQueue();
  for (let n = 0; n < 25; n++) dead.put(`old ${n}`);
  vi.advanceTimersByTime(60_000);
  let newcomers = 0;
  const begun = Date.now();
  const redrive = createRedrive({
    deadLetters: async () => ({
      ...dead,
      receive(...asked) {
        dead.put(`new ${newcomers++}`);
        return dead.receive(...asked);
      },
    }),
    queueOf: async () => again,
    onError: (error) => expect.unreachable(error.message),
  });
  const sent = await redrive(() => true);
  expect(Date.now() - begun).toBeLessThan(20_000);
  expect(again.all()).toEqual(
    expect.arrayContaining(Array.from({ length: 25 }, (_, n) => `old ${n}`)),
  );
  expect(again.all()).toHaveLength(sent);
  // The others are available again immediately, and none is lost.
  expect(dead.ready()).toEqual(dead.all());
  expect(dead.all().length).toBeGreaterThan(50);
  expect(dead.all().length + sent).toBe(25 + newcomers);
});

test('a redrive sends all jobs that match, however many stay and however long it takes', async () => {
  const dead = createQueue();
  const again = createQueue();
  for (let n = 0; n < 10_000; n++) dead.put(n % 10 === 0 ? `match ${n}` : `other ${n}`);
  const redrive = createRedrive({
    deadLetters: async () => dead,
    queueOf: async () => again,
    onError: () => expect.unreachable(),
  });
  const begun = Date.now();
  expect(await redrive(({ id }) => id.startsWith('match'))).toBe(1000);
  expect(Date.now() - begun).toBeGreaterThan(90_000);
  expect(dead.ready()).toHaveLength(9000);
});
