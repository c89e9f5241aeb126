import type { CallInfo } from './options.ts';
import type { AnyResult } from './result.ts';

/** What `onCall` tells: the begin of a call, each further attempt, its end. */
export type CallEvent =
  | { type: 'start'; call: CallInfo }
  | {
      type: 'retry';
      call: CallInfo;
      /** Of the attempt before; 0 without an answer. */ status: number;
      /** Milliseconds that were waited. */ waited: number;
    }
  | {
      type: 'end';
      call: CallInfo;
      result: AnyResult;
      /** Milliseconds, all attempts together. */ duration: number;
    };

const listeners = new Set<(event: CallEvent) => void>();

/** Tells of every call of every client in this page or process. Gives back what ends it. */
export function onCall(listener: (event: CallEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A listener that throws must not break the call that it watches. */
export function tell(event: CallEvent): void {
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
