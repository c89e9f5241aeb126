import type { Call } from './call.ts';

const origin = performance.timeOrigin;

/** nginx's status for a client that left before the response. It is logged, never sent. */
export const CLIENT_GONE = 499;

/**
 * Ends a call: records it and removes it from the calls in flight. Further calls do nothing. `now`
 * is `performance.now()`.
 */
export function finishCall(call: Call, status: number, now: number = performance.now()): undefined {
  if (call.phase === 'done') return undefined;
  call.phase = 'done';
  const { app, routeState } = call;
  app.inflight.remove(call);
  call.release.open--;
  // `| 0` would overflow after 2,147 s, and event streams live longer.
  const us = Math.trunc((now - call.started) * 1000);
  if (app.tracer !== undefined) app.tracer.endCall(call, status, us);
  app.recorder.record(routeState.stats, status, us, Math.trunc(origin + now), call);
}
