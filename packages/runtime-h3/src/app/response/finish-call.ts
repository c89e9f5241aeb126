import type { Call } from '../request/call.ts';

const origin = performance.timeOrigin;

/** The end of a call, once. */
export function record(call: Call, status: number): void {
  if (call.phase === 'done') return;
  call.phase = 'done';
  const { host, slot } = call;
  host.inflight.remove(call);
  call.release.open--;
  const now = performance.now();
  const us = ((now - call.started) * 1000) | 0;
  host.recorder.record(slot.stats, status, us, Math.trunc(origin + now), call);
}
