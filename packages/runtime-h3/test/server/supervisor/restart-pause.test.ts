import { expect, test } from 'vitest';
import { RestartPause } from '../../../src/server/supervisor/restart-pause.ts';

test('a crash costs no pause until each worker has crashed several times in a few seconds', () => {
  const clock = { now: 0 };
  const pause = new RestartPause(2, () => clock.now);
  const pauses = Array.from({ length: 12 }, () => {
    clock.now += 100;
    pause.noteCrash();
    return pause.next();
  });
  expect(pauses).toEqual([0, 0, 0, 0, 0, 0, 100, 200, 400, 800, 1000, 1000]);
  clock.now += 10_000;
  expect(pause.next()).toBe(0);
});

test('workers that can not start are started again with longer and longer pauses', () => {
  const pause = new RestartPause(1, () => 0);
  const pauses = Array.from({ length: 10 }, () => {
    pause.noteFailedStart();
    return pause.next();
  });
  expect(pauses).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  pause.noteStart();
  expect(pause.next()).toBe(0);
});
