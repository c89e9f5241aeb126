import { setTimeout as sleep } from 'node:timers/promises';
import { splitCredentials } from '../../command/split-credentials.ts';

/** Maximum number of requests that wait for one target. A further one replaces the oldest. */
const MAX_WAITING = 64;
/** Milliseconds of the pause before the second try, and of the longest pause. */
const FIRST_PAUSE = 1000;
const MAX_PAUSE = 60_000;
/** Maximum number of tries of one request. */
const MAX_TRIES = 8;
/** Maximum bytes of a response that are read. */
const MAX_RESPONSE = 64 * 1024;

/** One request to a target. */
export interface Delivery {
  body: Uint8Array<ArrayBuffer> | string;
  /** Records in it, which are counted if it is dropped. */
  records: number;
}

/**
 * Why records never arrive:
 *
 * - `queue full`: too many requests waited.
 * - `rejected`: the target rejected them permanently.
 * - `unavailable`: no try succeeded, or none before the collector ended.
 */
export type SendDropReason = 'queue full' | 'rejected' | 'unavailable';

export interface SenderOptions {
  /** May contain a name and a password. */
  url: string;
  headers: Record<string, string>;
  /** Milliseconds for one try. */
  timeout: number;
  /** Whether a later try may succeed after a response with this status. */
  isRetryable(status: number): boolean;
  /** Returns the records that the target rejected although it accepted the request. */
  readRejected?(body: Uint8Array): { rejected: number; message: string } | undefined;
  /**
   * Called with the records that never arrive, and the reason; `detail` is the response of the
   * target.
   */
  onDrop(reason: SendDropReason, records: number, detail: string): void;
  /**
   * Called when the target does not accept requests, and with `undefined` when it accepts them
   * again.
   */
  onState(problem: string | undefined): void;
  fetch?: typeof globalThis.fetch;
  /** Waits; ends early when the signal aborts. */
  pause?(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Sends requests to one target, in order, with retries. Memory is bounded: what does not fit is dropped. */
export interface Sender {
  send(delivery: Delivery): void;
  /**
   * Resolves when all requests so far have arrived or were dropped, at the latest after `within`
   * milliseconds.
   */
  close(within: number): Promise<void>;
}

export function createSender(options: SenderOptions): Sender {
  const { onDrop, onState, pause = waitFor } = options;
  const { url, headers } = splitCredentials(options.url);
  const target = { ...options, url: url.href, headers: { ...headers, ...options.headers } };
  const waiting: Delivery[] = [];
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  let isFailing = false;

  async function run(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await deliver(next);
    running = undefined;
  }

  async function deliver(delivery: Delivery): Promise<void> {
    let wait = FIRST_PAUSE;
    for (let tries = 1; ; tries++) {
      const result = await attempt(target, delivery.body, stop.signal);
      const { problem, retryAfter, isFinal, rejected } = result;
      if (problem === undefined) {
        if (rejected)
          onDrop('rejected', Math.min(rejected.rejected, delivery.records), rejected.message);
        if (isFailing) onState(undefined);
        isFailing = false;
        return;
      }
      if (!isFailing || isFinal) onState(problem);
      isFailing = true;
      if (isFinal || tries === MAX_TRIES || stop.signal.aborted)
        return onDrop(isFinal ? 'rejected' : 'unavailable', delivery.records, problem);
      // Random, so that the servers do not all retry at the same moment.
      await pause(retryAfter ?? wait * (0.5 + Math.random() / 2), stop.signal);
      wait = Math.min(wait * 2, MAX_PAUSE);
    }
  }

  return {
    send(delivery) {
      if (waiting.length === MAX_WAITING)
        onDrop('queue full', waiting.shift()!.records, 'queue full');
      waiting.push(delivery);
      running ??= run();
    },
    async close(within) {
      const timer = setTimeout(() => stop.abort(), within);
      await running;
      clearTimeout(timer);
    },
  };
}

interface Attempt {
  /** Reason why the target did not accept the request. */
  problem?: string;
  /** Milliseconds until the next try, if the target names them. */
  retryAfter?: number;
  /** Another try would fail too. */
  isFinal?: boolean;
  rejected?: { rejected: number; message: string } | undefined;
}

async function attempt(
  { url, headers, timeout, isRetryable, readRejected, fetch = globalThis.fetch }: SenderOptions,
  body: Uint8Array<ArrayBuffer> | string,
  stop: AbortSignal,
): Promise<Attempt> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A redirect means that a setting is wrong. Following it could send credentials to another
      // server.
      redirect: 'error',
      signal: AbortSignal.any([stop, AbortSignal.timeout(timeout)]),
    });
    if (response.ok && readRejected) return { rejected: readRejected(await readBounded(response)) };
    await response.body?.cancel();
    if (response.ok) return {};
    const after = toMilliseconds(response.headers.get('retry-after'));
    return {
      problem: `status ${response.status}`,
      ...(after > 0 && { retryAfter: Math.min(after, MAX_PAUSE) }),
      isFinal: !isRetryable(response.status),
    };
  } catch (error) {
    const { message, cause } = error as Error;
    return { problem: cause instanceof Error ? cause.message : message };
  }
}

/** Reads a response. Returns no bytes if it is too long. */
async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_RESPONSE) return new Uint8Array();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Milliseconds of `Retry-After`, which has seconds or a date (RFC 9110, section 10.2.3). */
function toMilliseconds(retryAfter: string | null): number {
  if (retryAfter === null) return 0;
  const seconds = Number(retryAfter);
  return Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}
