import { expectTypeOf } from 'vitest';
import type {
  EffectContext,
  EffectFile,
  EffectJob,
  Enqueue,
  EnqueueOptions,
  GlobalContext,
} from '../../src/global-types.ts';
import './registries.ts';

export async function enqueues(enqueue: Enqueue, { effects }: GlobalContext): Promise<void> {
  expectTypeOf(effects.enqueue).toEqualTypeOf<Enqueue>();
  expectTypeOf(await enqueue('mail', { to: 'ada@example.com' })).toEqualTypeOf<{ id: string }>();
  await enqueue('nightly', {}, { delay: 1000, priority: 1, idempotencyKey: 'a' });
  expectTypeOf(await effects.get('id')).toEqualTypeOf<EffectJob | undefined>();
  const job = await effects.wait('id', 'mail', { timeout: 1000, signal: AbortSignal.timeout(1) });
  expectTypeOf(job?.effect).toEqualTypeOf<'mail' | undefined>();
  if (job?.state === 'completed')
    expectTypeOf(job.result).toEqualTypeOf<{ sent: string; parts: number[] }>();
  else expectTypeOf(job?.result).toEqualTypeOf<undefined>();
  expectTypeOf((await effects.get('id', 'mail'))?.effect).toEqualTypeOf<'mail' | undefined>();
  // @ts-expect-error -- the app has no such effect
  await effects.get('id', 'post');
  expectTypeOf(await effects.cancel('id')).toEqualTypeOf<boolean>();
  // @ts-expect-error -- the app has no such effect
  await enqueue('post', { to: 'ada@example.com' });
  // @ts-expect-error -- the payload of another type
  await enqueue('mail', { to: 7 });
  // @ts-expect-error -- a payload is required
  await enqueue('mail');
  // @ts-expect-error -- delay is milliseconds
  await enqueue('mail', { to: 'ada@example.com' }, { delay: '1s' });
}

export async function run(payload: { to: string }, ectx: EffectContext): Promise<void> {
  expectTypeOf(ectx.attempt).toEqualTypeOf<number>();
  expectTypeOf(ectx.idempotencyKey).toEqualTypeOf<string | undefined>();
  expectTypeOf(ectx.signal).toEqualTypeOf<AbortSignal>();
  expectTypeOf(ectx.gctx).toEqualTypeOf<GlobalContext>();
  expectTypeOf(await ectx.step('send', () => ({ id: payload.to }))).toEqualTypeOf<{ id: string }>();
  expectTypeOf(await ectx.step('wait', async () => 7)).toEqualTypeOf<number>();
  await ectx.progress(50);
  // @ts-expect-error -- percent is a number
  await ectx.progress('50');
}

// Exports of a file in `src/effects`.
expectTypeOf<{ run: typeof run }>().toExtend<EffectFile>();
expectTypeOf<{ run: typeof run; retry: { attempts: number } }>().toExtend<EffectFile>();
expectTypeOf<{ run: typeof run; retry: number }>().not.toExtend<EffectFile>();
expectTypeOf<{ retry: { attempts: number } }>().not.toExtend<EffectFile>();

// @ts-expect-error -- there is no such option
export const options: EnqueueOptions = { retries: 5 };
