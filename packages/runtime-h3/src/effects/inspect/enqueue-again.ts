import { type Defs, GatiError, type Schema } from '@gati/contract';
import type { QueueDriver } from '../../ports.ts';
import { explain } from '../../validate/explain.ts';
import { randomBytes } from 'node:crypto';
import { createId } from '../enqueue/id.ts';

export interface ExtraJob {
  effect: string;
  /** JSON value. */
  payload: unknown;
  /** Semver of the release that the job belongs to. */
  release: string;
  priority?: number;
  /** Job that this one runs again, with the request that enqueued it. */
  rerunOf?: { id: string; trace?: string | undefined };
  /** Schema of the payload, and the definitions that it refers to. Absent: not checked here. */
  schema?: Schema;
  $defs?: Defs;
}

/**
 * Enqueues a job that no code of the app enqueues: a run now, or a job again with another payload.
 * It is due at once. Its idempotency key names the job that it runs again, if any. Resolves to its
 * id.
 *
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the payload does not match the schema, or is too large
 * for the queue
 */
export async function enqueueExtraJob(
  queue: QueueDriver,
  { effect, payload, release, priority = 0, rerunOf, schema, $defs = {} }: ExtraJob,
): Promise<string> {
  const errors = schema === undefined ? [] : explain(schema, $defs, payload, 'body');
  if (errors.length > 0)
    throw payloadError(
      `The payload does not match the effect "${effect}": ${errors.map(({ path, message }) => `${path || 'the payload'} ${message}`).join('; ')}`,
    );
  const text = JSON.stringify(payload);
  const { maxPayload = Infinity } = queue.caps;
  if (Buffer.byteLength(text) > maxPayload)
    throw payloadError(`The payload is larger than the ${maxPayload} bytes that the queue takes.`);
  const hasKeys = queue.caps.keyMemory > 0;
  const job = {
    id: createId(),
    effect,
    payload: text,
    priority,
    release,
    runAt: Date.now(),
    ...(rerunOf && hasKeys && { idempotencyKey: createRerunKey(rerunOf.id) }),
    ...(rerunOf?.trace !== undefined && { trace: rerunOf.trace }),
  };
  const [id] = await queue.enqueue([job]);
  return id!;
}

const RERUN = /^rerun of (.+) #[\da-f]{8}$/;

/** Each job that runs another one again has a different key. */
const createRerunKey = (id: string): string => `rerun of ${id} #${randomBytes(4).toString('hex')}`;

/** Returns the id of the job that a job runs again, by its idempotency key. */
export const rerunOf = (key: string | undefined): string | undefined => RERUN.exec(key ?? '')?.[1];

const payloadError = (message: string): GatiError =>
  new GatiError({
    code: 'GATI_EFFECT_PAYLOAD',
    message,
    fix: "Pass a payload that matches the effect's schema or the type that its run() takes.",
  });
