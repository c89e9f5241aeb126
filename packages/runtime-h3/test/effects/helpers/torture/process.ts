import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { GlobalContext } from '../../../../src/types/context.ts';
import { createEffectsEngine, type EffectsEngine } from '../../../../src/effects/engine/engine.ts';
import { openQueue } from '../../../../src/effects/drivers/open.ts';
import { ALL_QUEUES } from '../../../../src/effects/drivers/all-queues.ts';
import type { EffectContext, EffectFile } from '../../../../src/types/effects.ts';
import type { QueueDriver } from '../../../../src/ports.ts';
import type { BundleEffect } from '../../../../src/types/bundle.ts';
import { createHits } from './hits.ts';
import type { Entry, Item, TortureSetting } from './setting.ts';

/**
 * A producer or a worker that is killed where its setting says. It logs its actions in a ledger.
 */
const setting = JSON.parse(process.env.TORTURE!) as TortureSetting;
const { url, ledger, instance, lease, kill, produce, holdMost } = setting;
// A written line outlives the process, however it ends.
const write = (entry: Entry): void =>
  appendFileSync(ledger, `${JSON.stringify({ ...entry, at: now(), instance })}\n`);
const hit = createHits(kill);
if (kill?.after !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), kill.after);

/** Times before the claims, by job. */
const asked = new Map<string, number>();
const now = (): number => Number(process.hrtime.bigint() / 1000n);
const noop = (): void => {};
const report = (message: string, fields?: Record<string, unknown>): void => {
  process.stderr.write(
    `${instance} ${message} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.stack : value))}\n`,
  );
};
const driver = watch(await openQueue(url, ALL_QUEUES));
const engine = createEffectsEngine({
  driver,
  lease,
  effects: () => slots,
  $defs: () => ({}),
  gctx: () =>
    ({
      release: { version: '1.0.0', id: 'rel_1', deployedAt: new Date() },
    }) as unknown as GlobalContext,
  logger: { trace: noop, debug: noop, info: noop, warn: report, error: report },
});

const files: Record<string, Partial<EffectFile>> = {
  work: { concurrency: undefined as never, run: run() },
  flaky: {
    retry: { attempts: 1000, delay: 20, max: 20 },
    run: run(async ({ attempt }) => {
      if (attempt === 1) throw new Error('the first attempt fails');
    }),
  },
  ordered: { concurrency: 1, run: run() },
  limited: { concurrency: 3, run: run() },
  stepped: {
    run: run(async ({ id, step }) => {
      const made = await step('once', () => {
        write({ did: 'step', id });
        hit('step');
        return `made ${id}`;
      });
      write({ did: 'stepped', id, made });
    }),
  },
};
const slots: Record<string, BundleEffect> = Object.fromEntries(
  Object.entries(files).map(([name, { concurrency, ...file }]) => {
    const retry = { attempts: 1000, ...file.retry };
    return [
      name,
      {
        load: () =>
          ({ ...file, retry, ...(concurrency !== undefined && { concurrency }) }) as EffectFile,
      },
    ];
  }),
);

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => void engine.drain(5000).then(() => process.exit(0)));
if (produce) await put(engine, produce);
else engine.start();

function run(inside?: (ectx: EffectContext) => Promise<void>): EffectFile['run'] {
  return async (payload: { n: number }, ectx: EffectContext): Promise<void> => {
    const { id, effect, attempt, idempotencyKey: key } = ectx;
    write({
      did: 'begin',
      id,
      effect,
      attempt,
      n: payload.n,
      asked: asked.get(id)!,
      ...(key !== undefined && { key }),
    });
    hit('run');
    await new Promise((resolve) => {
      setTimeout(resolve, Math.random() * holdMost);
    });
    await inside?.(ectx);
    write({ did: 'end', id, effect, attempt, n: payload.n });
    hit('ran');
  };
}

/**
 * Enqueues the items that its ledger does not have as acknowledged: `ordered` one by one, the rest
 * in parallel.
 */
async function put(through: EffectsEngine, items: Item[]): Promise<void> {
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').filter(Boolean) : [];
  const acked = new Set(
    lines
      .map((line) => JSON.parse(line) as Entry)
      .map((entry) => (entry.did === 'acked' ? entry.item : -1)),
  );
  const left = items.filter(({ item }) => !acked.has(item));
  const one = async ({ item, effect, n, key }: Item): Promise<void> => {
    const { id } = await through.enqueue(
      effect,
      { n },
      key === undefined ? {} : { idempotencyKey: key },
    );
    write({ did: 'acked', item, id, effect, n, ...(key !== undefined && { key }) });
  };
  const inOrder = async (): Promise<void> => {
    for (const item of left) if (item.effect === 'ordered') await one(item);
  };
  const others = left.filter(({ effect }) => effect !== 'ordered');
  const lane = async (): Promise<void> => {
    for (let item = others.shift(); item; item = others.shift()) await one(item);
  };
  await Promise.all([inOrder(), ...Array.from({ length: 16 }, lane)]);
  await through.drain(0);
  process.exit(0);
}

function watch(inner: QueueDriver): QueueDriver {
  const around = <Args extends unknown[], Result>(
    name: string,
    call: (...args: Args) => Promise<Result>,
  ) => {
    return async (...args: Args): Promise<Result> => {
      hit(`before-${name}`);
      const result = await call(...args);
      // An empty claim is not a kill point.
      if (!Array.isArray(result) || result.length > 0) hit(`after-${name}`);
      return result;
    };
  };
  return {
    ...inner,
    enqueue: around('enqueue', inner.enqueue),
    claim: around('claim', async (...args: Parameters<QueueDriver['claim']>) => {
      const before = now();
      const leases = await inner.claim(...args);
      for (const { job } of leases) asked.set(job.id, before);
      return leases;
    }),
    ack: around('ack', inner.ack),
    retry: around('retry', inner.retry),
    extend: around('extend', inner.extend),
    ...(inner.saveStep && { saveStep: around('save', inner.saveStep) }),
  };
}
