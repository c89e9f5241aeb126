import {
  isOver,
  type JobRecord,
  parseJson,
  reasonOf,
  rerunOf,
} from '@gati/runtime-h3/effects/inspect';
import { toAppFrames } from '@gati/runtime-h3/internal';
import { redact } from '@gati/runtime-h3/telemetry';
import type { JobDetail, JobItem } from '../../api/effects.ts';

/** Maximum number of characters of a reason in a list. */
const MAX_REASON = 300;

export function toJobItem(job: JobRecord): JobItem {
  const { id, effect, state, attempt, enqueuedAt, runAt, release } = job;
  const reason = reasonOf(job)?.split('\n', 1)[0]!.slice(0, MAX_REASON);
  return {
    id,
    effect,
    state,
    attempt,
    enqueuedAt,
    runAt,
    release,
    ...(reason !== undefined && { reason }),
  };
}

/** Describes a job with its payload, its result and its steps, without secrets. */
export function toJobDetail(job: JobRecord): Omit<JobDetail, 'logs'> {
  const { state, payload, error, result, priority, idempotencyKey, progress, steps = {} } = job;
  const rerun = rerunOf(idempotencyKey);
  return {
    ...toJobItem(job),
    payload: redact(parseJson(payload)),
    priority,
    steps: Object.entries(steps).map(([name, text]) => ({
      name,
      // The engine stores a step as an array of its one value, since JSON has no `undefined`.
      value: redact((parseJson(text) as unknown[])[0] ?? null),
    })),
    ...(error !== undefined && { error: toAppFrames(error) }),
    ...(result !== undefined && { result: redact(parseJson(result)) }),
    ...(rerun === undefined
      ? idempotencyKey !== undefined && { idempotencyKey }
      : { rerunOf: rerun }),
    ...(progress !== undefined && { progress }),
    ...enqueuedBy(job),
    can: {
      retry: state === 'dead',
      cancel: state === 'waiting' || state === 'delayed',
      rerun: isOver(job) || state === 'dead',
    },
  };
}

/** Reads the trace id of a W3C `traceparent`. */
function enqueuedBy({ trace }: JobRecord & { trace?: string }): { enqueuedBy?: string } {
  const id = /^[\da-f]{2}-([\da-f]{32})-/.exec(trace ?? '')?.[1];
  return id === undefined ? {} : { enqueuedBy: id };
}
