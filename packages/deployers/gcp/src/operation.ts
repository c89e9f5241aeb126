import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { CloudRequest } from 'gati-deploy/cloud';
import type { Api, Input, Method } from './api.ts';
import { isExisting, isMissing } from './errors.ts';

/** A long-running change, in the format of most APIs. */
interface Operation {
  name: string;
  done?: boolean;
  error?: { code?: number; message?: string };
}

/** Sends a request to a method. */
export type Send = <T>(method: Method, input: Input) => Promise<T>;

/**
 * Returns a function that calls the listed methods only, so that a role with their permissions is
 * complete.
 */
export function sender(api: Api, allowed: readonly Method[]): Send {
  return async (wanted, input) => {
    if (!allowed.includes(wanted)) throw new Error(`${wanted.id} is not in the list of methods`);
    return await api.call(wanted, input);
  };
}

/** Milliseconds between the first two reads. */
const FIRST = 300;
const LONGEST = 5000;
/**
 * Milliseconds that a request waits for its operation. After that, the state of the resource shows
 * the progress.
 */
const LIMIT = 10 * 60_000;
/** Milliseconds within which a new resource must become visible. */
const LAG = 2 * 60_000;

export interface Waiting {
  /** Reads an operation. Without this method, the request does not wait for its operation. */
  operations?: Method;
  /** Whether a new resource can be read. */
  isVisible?(): Promise<boolean>;
}

/** Returns a request that writes. A repeated request succeeds too. */
export function request(
  send: Send,
  wanted: Method,
  input: Input,
  { operations, isVisible }: Waiting = {},
): CloudRequest {
  const verb = wanted.id.split('.').at(-1)!;
  return {
    operation: wanted.id,
    input: { ...input.path, ...input.query, ...input.body },
    async send() {
      try {
        const response = await send<Operation>(wanted, input);
        if (operations) await finish(send, operations, response, wanted);
      } catch (error) {
        // Another deploy did this first, or the response to an earlier try was lost.
        const isDone =
          verb === 'delete'
            ? isMissing(error)
            : /^(?:create|insert)$/.test(verb) && isExisting(error);
        if (!isDone) throw error;
      }
      if (isVisible) await poll(LAG, isVisible, `The result of ${wanted.id} is not visible`);
      return undefined;
    },
  };
}

/** Waits until an operation ends. @throws {GatiError} GATI_DEPLOY_CLOUD when it fails */
async function finish(
  send: Send,
  operations: Method,
  first: Operation,
  { id }: Method,
): Promise<void> {
  let last = first;
  const isOver = async (): Promise<boolean> => {
    if (!last.done) last = await send<Operation>(operations, { path: { name: last.name } });
    return last.done === true;
  };
  await poll(LIMIT, isOver, `The operation of ${id} has not ended`);
  if (last.error)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `Google Cloud could not finish ${id}: ${last.error.message ?? last.error.code}.`,
      fix: 'Correct what the message names, then run the same command, which continues.',
    });
}

async function poll(limit: number, isOver: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + limit;
  for (let pause = FIRST; !(await isOver()); pause = Math.min(pause * 1.5, LONGEST)) {
    if (performance.now() > deadline)
      throw new GatiError({
        code: 'GATI_DEPLOY_CLOUD',
        message: `${what} after ${limit / 60_000} minutes.`,
        fix: 'Check it in the console of Google Cloud, then run the same command, which continues.',
      });
    await sleep(pause);
  }
}

/** Returns what a method reads, or `undefined` if it does not exist. */
export async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
