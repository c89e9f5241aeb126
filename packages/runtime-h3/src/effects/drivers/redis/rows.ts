import type { JobRecord, JobState, Lease, NewJob } from '../../../ports.ts';

/** A job as the script `claim` returns it. */
export type Claimed = [
  id: string,
  effect: string,
  payload: string,
  attempt: number,
  priority: string,
  enqueuedAt: string,
  key: string,
  release: string,
  fence: number,
  steps: string[],
  trace: string,
];

/** Returns the nine arguments of a job for the script `enqueue`. */
export function toArguments({
  id,
  effect,
  payload,
  priority,
  runAt,
  idempotencyKey,
  release,
  trace = '',
}: NewJob): (string | number)[] {
  // Uses the clock of this process: an immediate job must not wait because the server's clock is
  // behind.
  const delayed = runAt > Date.now() ? 1 : 0;
  // The letter distinguishes an empty key from no key.
  const key = idempotencyKey === undefined ? '' : `k${idempotencyKey}`;
  return [
    id,
    effect,
    payload,
    Math.trunc(priority),
    toMilliseconds(runAt),
    delayed,
    key,
    release,
    trace,
  ];
}

export const toMilliseconds = (time: number): number =>
  Math.min(Math.round(time), Number.MAX_SAFE_INTEGER);

export function toLease([
  id,
  effect,
  payload,
  attempt,
  priority,
  enqueuedAt,
  key,
  release,
  fence,
  steps,
  trace,
]: Claimed): Lease {
  return {
    token: String(fence),
    job: {
      id,
      effect,
      payload,
      attempt,
      priority: Number(priority),
      enqueuedAt: Number(enqueuedAt),
      release,
      ...(key !== '' && { idempotencyKey: key.slice(1) }),
      ...(trace !== '' && { trace }),
      ...(steps.length > 0 && { steps: toHash(steps) as Record<string, string> }),
    },
  };
}

/** Turns a flat list of names and values into an object. */
export function toHash(flat: string[]): Record<string, string | undefined> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]!]] : [])),
  );
}

/** Returns 0 for a damaged number. */
const toNumber = (text: string | undefined): number => {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
};

/** Turns the hash of a job into a record. `now`: epoch milliseconds. */
export function toRecord(
  id: string,
  hash: Record<string, string | undefined>,
  now: number,
): JobRecord {
  const runAt = toNumber(hash.runAt);
  const state = hash.state as JobState;
  return {
    id,
    effect: hash.effect ?? '',
    payload: hash.payload ?? '',
    attempt: toNumber(hash.attempt),
    priority: toNumber(hash.priority),
    enqueuedAt: toNumber(hash.enqueuedAt),
    release: hash.release ?? '',
    state: state === 'delayed' && runAt <= now ? 'waiting' : state,
    runAt,
    ...(hash.key && { idempotencyKey: hash.key.slice(1) }),
    ...(hash.trace && { trace: hash.trace }),
    ...(hash.error !== undefined && { error: hash.error }),
    ...(hash.result !== undefined && { result: hash.result }),
    ...(hash.progress !== undefined && { progress: Number(hash.progress) }),
  };
}
