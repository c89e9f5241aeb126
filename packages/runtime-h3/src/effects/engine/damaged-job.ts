import { GatiError } from '@gati/contract';
import { type Check, mapOf, number, object, string, wholeNumber } from '@gati/contract/data';
import type { QueueJob } from '../../ports.ts';

const job: Check = object(
  {
    id: string,
    effect: string,
    payload: string,
    attempt: wholeNumber,
    priority: number,
    enqueuedAt: number,
    release: string,
  },
  { idempotencyKey: string, notBefore: number, trace: string, steps: mapOf(string) },
);

/**
 * Checks a job that a queue returned.
 * @throws {GatiError} GATI_EFFECT_DAMAGED when it is not as the engine enqueued it
 */
export function checkJob(claimed: QueueJob): void {
  try {
    job(claimed, '');
  } catch (error) {
    throw damagedJobError(claimed, (error as Error).message);
  }
}

/**
 * Parses the payload of a job.
 * @throws {GatiError} GATI_EFFECT_DAMAGED when it is not JSON
 */
export function parsePayload(claimed: Pick<QueueJob, 'id' | 'effect' | 'payload'>): unknown {
  const value = parseText(claimed.payload);
  if (value === undefined) throw damagedJobError(claimed, 'its payload is not JSON');
  return value;
}

/** Returns `undefined` for a string that is not JSON. */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Parses the stored result of a step. The step is not run again, since it may have had effects.
 * @throws {GatiError} GATI_EFFECT_DAMAGED, which is not retried, when it can't be parsed
 */
export function parseStep(claimed: QueueJob, name: string, text: string): unknown {
  const value = parseText(text);
  // The result is in a list, because JSON has no `undefined`.
  if (Array.isArray(value) && value.length < 2) return value[0] as unknown;
  const reason = `the result of its step "${name}" can't be read`;
  throw Object.assign(damagedJobError(claimed, reason), { retryable: false });
}

function damagedJobError(
  { id, effect }: Pick<QueueJob, 'id' | 'effect'>,
  reason: string,
): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_DAMAGED',
    message: `The job ${String(id)} of "${String(effect)}" is damaged in the queue: ${reason}.`,
    fix: 'Enqueue it again from its source, or correct it in the queue and send it again with `effects redrive`.',
  });
}
