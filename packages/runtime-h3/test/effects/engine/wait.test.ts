import { afterEach, expect, test } from 'vitest';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.engine.drain(0);
  opened = undefined;
});

test('wait returns a job with its result once it has ended', async () => {
  opened = openEngine({ sum: { run: ({ a, b }: never) => Promise.resolve({ sum: a + b }) } });
  const { id } = await opened.engine.enqueue('sum', { a: 1, b: 2 });
  const job = await opened.engine.wait(id, 'sum');
  expect(job).toMatchObject({ effect: 'sum', state: 'completed', result: { sum: 3 } });
});

test('wait returns a dead job with the error of its last attempt', async () => {
  const run = (): Promise<never> => Promise.reject(new Error('no money'));
  opened = openEngine({ pay: { retry: { attempts: 1 }, run } });
  const { id } = await opened.engine.enqueue('pay', {});
  expect(await opened.engine.wait(id)).toMatchObject({
    state: 'dead',
    result: undefined,
    error: expect.stringContaining('no money'),
  });
});

test('wait returns a job in its current state after the timeout and after an abort', async () => {
  opened = openEngine({ pay: { run: () => Promise.resolve() } });
  const { id } = await opened.engine.enqueue('pay', {}, { delay: 60_000 });
  expect(await opened.engine.wait(id, 'pay', { timeout: 30 })).toMatchObject({ state: 'delayed' });
  const signal = AbortSignal.abort();
  expect(await opened.engine.wait(id, 'pay', { signal })).toMatchObject({ state: 'delayed' });
});

test('get and wait find no job of another effect and no unknown job', async () => {
  opened = openEngine({ pay: { run: () => Promise.resolve() } });
  const { id } = await opened.engine.enqueue('pay', {});
  expect(await opened.engine.get(id, 'refund')).toBeUndefined();
  expect(await opened.engine.wait(id, 'refund')).toBeUndefined();
  expect(await opened.engine.wait('unknown')).toBeUndefined();
});
