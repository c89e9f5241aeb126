import type { Call } from '../request/call.ts';

const origin = performance.timeOrigin;

/** The end of a call, once. */
export function finishCall(call: Call, status: number): void {
  if (call.phase === 'done') return;
  call.phase = 'done';
  const { app: host, routeState } = call;
  host.inflight.remove(call);
  call.release.open--;
  const now = performance.now();
  const us = ((now - call.started) * 1000) | 0;
  host.recorder.record(routeState.stats, status, us, Math.trunc(origin + now), call);
}
