import { type JobState, listJobs, type QueueDriver } from '@gati/runtime-h3/effects/inspect';
import type { EffectItem } from '../../api/effects.ts';

const STATES = ['waiting', 'delayed', 'active', 'dead'] as const satisfies readonly JobState[];
/** Maximum number of jobs that are counted. */
const MAX_COUNTED = 2000;

export const NO_JOBS: EffectItem['counts'] = { waiting: 0, delayed: 0, active: 0, dead: 0 };

/** Counts the newest jobs that have not ended, by effect and state. */
export async function countJobs(
  queue: QueueDriver,
): Promise<{ byEffect: Map<string, EffectItem['counts']>; isCut: boolean }> {
  const { jobs, next } = await listJobs(queue, {
    states: [...STATES],
    limit: MAX_COUNTED,
    newestFirst: true,
  });
  const byEffect = new Map<string, EffectItem['counts']>();
  for (const { effect, state } of jobs) {
    const counts = byEffect.get(effect) ?? { ...NO_JOBS };
    if (state in counts) counts[state as keyof typeof counts]++;
    byEffect.set(effect, counts);
  }
  return { byEffect, isCut: next !== undefined };
}
