import { executionAsyncResource } from 'node:async_hooks';

const kept: unknown[] = [];

/**
 * Keeps one of Node's tick objects, and so the hidden class of all of them, for the life of the
 * process. Relies on: V8 holds hidden classes weakly, so a full garbage collection that finds no
 * waiting tick drops the class. From then on each `process.nextTick` writes its two computed fields
 * through the runtime instead of in compiled code: 315 ns instead of 60 on Node 20, 390 instead of
 * 77 on Node 26. A request has several ticks.
 */
export function keepTickShape(): void {
  process.nextTick(() => kept.push(executionAsyncResource()));
}
