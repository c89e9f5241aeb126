import type { CallInfo } from './options.ts';
import type { AnyResult } from './result.ts';

/** An event of `onCall`: the start of a call, each further attempt, and its end. */
export type CallEvent =
  | {
      type: 'start';
      call: CallInfo;
      /** Headers of the requests. A listener may add some, for example `traceparent`. */
      headers: Headers;
    }
  | {
      type: 'retry';
      call: CallInfo;
      /** Status of the previous attempt; 0 if there was no response. */
      status: number;
      /** Milliseconds between the two attempts. */
      waited: number;
    }
  | {
      type: 'end';
      call: CallInfo;
      result: AnyResult;
      /** Milliseconds for all attempts together. */
      duration: number;
    };

const listeners = new Set<(event: CallEvent) => void>();

/**
 * Reports every call of every client in this page or process. Returns a function that removes the
 * listener.
 *
 * @example
 * const stop = onCall((event) => {
 *   if (event.type === 'end') console.log(event.call.route, event.result.status, event.duration);
 * });
 */
export function onCall(listener: (event: CallEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Calls each listener. A listener that throws must not break the call that it watches. */
export function emit(event: CallEvent): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
