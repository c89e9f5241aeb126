import { GatiError } from '@gati/contract';
import type { NewJob, QueueCaps } from '../../ports.ts';
import type { EnqueueOptions } from '../../types/enqueue-options.ts';
import type { ReleaseEffects } from '../engine/job-release.ts';
import { createId } from './id.ts';
import { toPayloadText } from './payload.ts';

const LONGEST_KEY = 512;
/** The last millisecond that a `Date` can be. */
const LAST_TIME = 8.64e15;

/** Checks what `enqueue` was given. Throws `GATI_EFFECT_UNKNOWN`, `GATI_EFFECT_PAYLOAD`, `GATI_EFFECT_OPTION` and `GATI_EFFECTS_KEYS`. */
export function toNewJob(
  name: string,
  payload: unknown,
  options: EnqueueOptions,
  home: ReleaseEffects,
  caps: QueueCaps,
): NewJob {
  const slot = home.effects()[name];
  if (!slot) {
    throw new GatiError({
      code: 'GATI_EFFECT_UNKNOWN',
      message: `There is no effect "${name}".`,
      fix: `Effects of this app: ${Object.keys(home.effects()).join(', ') || 'none'}. Add src/effects/${name}.ts or correct the name.`,
    });
  }
  verify(name, options, caps);
  const text = toPayloadText(name, payload, slot.payload, home.$defs());
  const { maxPayload = Infinity, maxDelay } = caps;
  if (Buffer.byteLength(text) > maxPayload) {
    throw new GatiError({
      code: 'GATI_EFFECT_PAYLOAD',
      message: `The payload for "${name}" has ${Buffer.byteLength(text)} bytes; this queue accepts at most ${maxPayload}.`,
      fix: 'Store the data, for example in gctx.storage, and enqueue its key.',
    });
  }
  const now = Date.now();
  const { delay = 0, idempotencyKey, priority = 0 } = options;
  const job: NewJob = {
    id: createId(),
    effect: name,
    payload: text,
    priority,
    release: home.gctx().release.version,
    runAt: now + Math.min(delay, maxDelay),
  };
  if (delay > maxDelay) job.notBefore = now + delay;
  if (idempotencyKey !== undefined) job.idempotencyKey = idempotencyKey;
  return job;
}

function verify(
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
      'Leave `tx` out, or set GATI_EFFECTS to the postgres:// database of the transaction.',
    );
}

/** A key that nobody remembers would be a promise that nobody keeps. */
export function noKeysError(what: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECTS_KEYS',
    message: `${what}: this queue stores no idempotency keys.`,
    fix: 'Add a store for keys (GATI_EFFECTS=sqs://REGION/PREFIX?state=s3://BUCKET), use a queue in SQLite, PostgreSQL or Redis, or leave out idempotency keys and schedules.',
  });
}

function enqueueOptionError(name: string, what: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_OPTION',
    message: `"${name}" was not enqueued: ${what}.`,
    fix,
  });
}
