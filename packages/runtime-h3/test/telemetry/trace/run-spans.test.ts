import { afterEach, expect, test } from 'vitest';
import type { GlobalContext } from '../../../src/types/context.ts';
import type { EffectContext, EffectFile } from '../../../src/types/effects.ts';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';

let server: Observed;
afterEach(() => server.close());

type Enqueue = (name: string, payload: unknown) => Promise<{ id: string }>;

async function start(run: (payload: unknown, ectx: EffectContext) => unknown): Promise<void> {
  const release = bundle({
    'POST /orders': {
      handler: async (_req, _res, gctx: GlobalContext) =>
        (gctx.effects.enqueue as Enqueue)('mail', { to: 'ada' }),
    },
  });
  release.effects = {
    mail: { load: () => ({ retry: { attempts: 3, delay: 1 }, run }) as unknown as EffectFile },
  };
  server = await observe(release);
}

async function order(): Promise<string> {
  const response = await server.call('/orders', { method: 'POST' });
  const { id } = (await response.json()) as { id: string };
  await server.idle();
  return id;
}

const runs = (): Record<string, unknown>[] => server.lines.filter(({ msg }) => msg === 'run');

test('each attempt is a trace with its steps, linked to the span that enqueued the job', async () => {
  await start(async (_payload, ectx) => {
    await ectx.step('render', () => 'text');
    ectx.logger.info('by ectx');
    ectx.gctx.logger.info('by gctx');
    await ectx.step('send', () => {
      if (ectx.attempt === 1) throw new TypeError('mail server is down');
    });
  });
  const id = await order();

  const enqueued = server.span('send mail');
  expect(enqueued).toMatchObject({
    kind: 'producer',
    attributes: { 'gati.effect': 'mail', 'messaging.message.id': id },
  });
  const roots = server.spans().filter(({ name }) => name === 'process mail');
  expect(roots).toMatchObject([
    { kind: 'consumer', parentId: '', error: 'TypeError', attributes: { 'gati.attempt': 1 } },
    { kind: 'consumer', parentId: '', attributes: { 'gati.attempt': 2 } },
  ]);
  for (const root of roots) {
    expect(root.links).toEqual([{ traceId: enqueued.traceId, spanId: enqueued.spanId }]);
    expect(root.traceId).not.toBe(enqueued.traceId);
  }
  const steps = server.spans().filter(({ name }) => name.startsWith('step '));
  expect(steps.map(({ name, parentId, error }) => [name, parentId, error])).toEqual([
    ['step render', roots[0]!.spanId, undefined],
    ['step send', roots[0]!.spanId, 'TypeError'],
    ['step send', roots[1]!.spanId, undefined],
  ]);
  expect(runs()).toMatchObject(
    roots.map(({ traceId, spanId }, index) => ({
      effect: 'mail',
      job: id,
      attempt: index + 1,
      outcome: index === 0 ? 'retried' : 'completed',
      version: '1.2.3',
      traceId,
      spanId,
      enqueuedBy: { traceId: enqueued.traceId, spanId: enqueued.spanId },
    })),
  );
  for (const message of ['by ectx', 'by gctx', 'an effect failed and is retried'])
    expect(server.logged.find((line) => line['message'] === message)).toMatchObject({
      traceId: roots[0]!.traceId,
      spanId: roots[0]!.spanId,
    });
});

test('a job that fails permanently has a line with its outcome', async () => {
  await start(() => {
    throw Object.assign(new Error('no such address'), { retryable: false });
  });
  const id = await order();
  expect(runs()).toMatchObject([{ job: id, attempt: 1, outcome: 'dead' }]);
  expect(server.span('process mail').error).toBe('Error');
});
