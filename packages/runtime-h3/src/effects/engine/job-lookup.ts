import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectJob, WaitOptions } from '../../types/effect-job.ts';

/** `gctx.effects.get` and `wait`. */
export interface JobLookup {
  get(id: string, effect?: string): Promise<EffectJob | undefined>;
  wait(id: string, effect?: string, options?: WaitOptions): Promise<EffectJob | undefined>;
}

const TIMEOUT = 30_000;
/** Milliseconds between two reads: the first ones are short, because most jobs end soon. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 500;

const ENDED: readonly string[] = ['completed', 'dead', 'cancelled'] satisfies EffectJob['state'][];

/**
 * Creates `get` and `wait` from `read`, which reads a job in the queue. Any process may run the
 * job.
 */
export function createJobLookup(read: (id: string) => Promise<EffectJob | undefined>): JobLookup {
  const get: JobLookup['get'] = async (id, effect) => {
    const job = await read(id);
    return effect === undefined || job?.effect === effect ? job : undefined;
  };
  return {
    get,
    async wait(id, effect, { timeout = TIMEOUT, signal } = {}) {
      const deadline = performance.now() + timeout;
      for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        const job = await get(id, effect);
        const left = deadline - performance.now();
        if (job === undefined || ENDED.includes(job.state) || left <= 0 || signal?.aborted)
          return job;
        await sleep(Math.min(pause, left), undefined, { signal }).catch(() => {});
      }
    },
  };
}
