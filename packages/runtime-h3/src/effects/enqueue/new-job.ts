import { GatiError } from '@gati/contract';
import type { NewJob, QueueCaps } from '../../ports.ts';
import type { EnqueueOptions } from '../../types/enqueue-options.ts';
import type { ReleaseEffects } from '../engine/job-release.ts';
import { createId } from './id.ts';
import { toPayloadText } from './payload.ts';

/** Maximum number of characters of an idempotency key. */
const LONGEST_KEY = 512;
/** The last millisecond that a `Date` can represent. */
const LAST_TIME = 8.64e15;

/**
 * Checks the arguments of `enqueue` and resolves to the job.
 *
 * @throws {GatiError} GATI_EFFECT_UNKNOWN when the release has no such effect
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the payload does not match the effect or is too
 * large for the queue
 * @throws {GatiError} GATI_EFFECT_OPTION when an option can't be used
 * @throws {GatiError} GATI_EFFECTS_KEYS when the queue stores no idempotency keys
 */
export async function toNewJob(
  name: string,
  payload: unknown,
  options: EnqueueOptions,
  release: ReleaseEffects,
  caps: QueueCaps,
): Promise<NewJob> {
  const effect = release.effects()[name];
  if (!effect) {
    throw new GatiError({
      code: 'GATI_EFFECT_UNKNOWN',
      message: `There is no effect "${name}".`,
      fix: `Effects of this app: ${Object.keys(release.effects()).join(', ') || 'none'}. Add src/effects/${name}.ts or correct the name.`,
    });
  }
  verifyOptions(name, options, caps);
  const text = await toPayloadText(name, payload, effect.payload, release.$defs());
  const { maxPayload = Infinity, maxDelay } = caps;
  if (Buffer.byteLength(text) > maxPayload) {
    throw new GatiError({
      code: 'GATI_EFFECT_PAYLOAD',
      message: `The payload for "${name}" has ${Buffer.byteLength(text)} bytes; this queue accepts at most ${maxPayload}.`,
      fix: 'Store the data, for example in gctx.storage, and enqueue its key.',
    });
  }
  const now = Date.now();
  const { idempotencyKey, priority = 0 } = options;
  // Queues store whole milliseconds.
  const delay = Math.ceil(options.delay ?? 0);
  const job: NewJob = {
    id: createId(),
    effect: name,
    payload: text,
    priority,
    release: release.gctx().release.version,
    runAt: now + Math.min(delay, maxDelay),
  };
  if (delay > maxDelay) job.notBefore = now + delay;
  if (idempotencyKey !== undefined) job.idempotencyKey = idempotencyKey;
  return job;
}

function verifyOptions(
  name: string,
  { delay = 0, idempotencyKey, priority = 0, tx }: EnqueueOptions,
  caps: QueueCaps,
): void {
  if (!Number.isFinite(delay) || delay < 0)
    throw enqueueOptionError(
      name,
      `delay is ${String(delay)}`,
      'Set delay to milliseconds, 0 or more.',
    );
  if (Date.now() + delay > LAST_TIME)
    throw enqueueOptionError(
      name,
      `delay is ${delay}, which is later than any date`,
      'Set delay to a duration in milliseconds, not to a point in time.',
    );
  if (!Number.isSafeInteger(priority) || Math.abs(priority) > 2 ** 31 - 1)
    throw enqueueOptionError(
      name,
      `priority is ${String(priority)}`,
      'Set priority to a whole number.',
    );
  if (
    idempotencyKey !== undefined &&
    (typeof idempotencyKey !== 'string' ||
      idempotencyKey === '' ||
      idempotencyKey.length > LONGEST_KEY)
  )
    throw enqueueOptionError(
      name,
      'idempotencyKey is not a string of 1 to 512 characters',
      'Use a value that identifies this one job, such as an order number.',
    );
  if (idempotencyKey !== undefined && caps.keyMemory === 0)
    throw noKeysError(`"${name}" was not enqueued`);
  if (tx !== undefined && !caps.tx)
    throw enqueueOptionError(
      name,
      'this queue is not in the database of `tx`',
      'Leave `tx` out, or set GATI_EFFECTS to the database of the transaction.',
    );
}

/**
 * Returns the error for a key that the queue can't store. `fact`: the start of the message, which
 * says what was not done.
 */
export function noKeysError(fact: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS_KEYS',
    message: `${fact}: this queue stores no idempotency keys.`,
    fix: 'Add a store for keys (GATI_EFFECTS=sqs://REGION/PREFIX?state=s3://BUCKET), use a queue in SQLite, PostgreSQL or Redis, or leave out idempotency keys and schedules.',
  });
}

function enqueueOptionError(name: string, reason: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_OPTION',
    message: `"${name}" was not enqueued: ${reason}.`,
    fix,
  });
}
