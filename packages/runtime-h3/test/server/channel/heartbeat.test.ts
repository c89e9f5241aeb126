import { expect, test } from 'vitest';
import { heartbeatRule } from '../../../src/server/channel/heartbeat.ts';

test('a worker that serves requests may be silent for 5 seconds, one that runs jobs for 30', () => {
  const env = { heartbeatTimeout: undefined, role: 'all' } as const;
  expect(heartbeatRule(env, 'first')).toEqual({ interval: 1000, checks: 5 });
  expect(heartbeatRule(env, 'more')).toEqual({ interval: 1000, checks: 5 });
  expect(heartbeatRule(env, 'effects')).toEqual({ interval: 1000, checks: 30 });
  expect(heartbeatRule({ ...env, role: 'worker' }, 'first')).toEqual({
    interval: 1000,
    checks: 30,
  });
});

test('GATI_HEARTBEAT_TIMEOUT is the time of all workers, and 0 turns the watch off', () => {
  for (const kind of ['first', 'more', 'effects'] as const) {
    const rule = (heartbeatTimeout: number): unknown =>
      heartbeatRule({ heartbeatTimeout, role: 'all' }, kind);
    expect(rule(12_000)).toEqual({ interval: 1000, checks: 12 });
    expect(rule(1000)).toEqual({ interval: 200, checks: 5 });
    expect(rule(0)).toBeUndefined();
  }
});
