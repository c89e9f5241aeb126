import type { GatiError } from '@gati/contract';
import { expect, test } from 'vitest';
import { createStartCheck } from '../../../src/server/supervisor/start-check.ts';
import type { WorkerProcess } from '../../../src/server/supervisor/worker-process.ts';

/** Checks a start as often as the supervisor does within some seconds. */
const check = (
  seconds: number,
  { missing = 0, inspected = false }: { missing?: number; inspected?: boolean } = {},
): { slow: string[]; error: GatiError | undefined; aborts: number } => {
  const slow: string[] = [];
  const step = 'setup() of src/modules/store.ts';
  let aborts = 0;
  const worker = {
    checks: 0,
    missing,
    isInspected: inspected,
    steps: new Set(['the queue of GATI_EFFECTS', step]),
    lastStep: step,
    startError: undefined as GatiError | undefined,
    abortStart: () => aborts++,
  };
  const checkStart = createStartCheck({
    interval: 1000,
    heartbeat: { interval: 1000, checks: 5 },
    startTimeout: 60_000,
    onSlowStart: (text) => slow.push(text),
  });
  for (let n = 0; n < seconds; n++) {
    worker.checks++;
    checkStart(worker as unknown as WorkerProcess);
  }
  return { slow, error: worker.startError, aborts };
};

test('a start that takes 10 seconds is reported once, with what it waits for', () => {
  expect(check(9)).toEqual({ slow: [], error: undefined, aborts: 0 });
  expect(check(59)).toEqual({
    slow: [
      'A worker is still starting after 10 s: it waits for the queue of GATI_EFFECTS, setup() of src/modules/store.ts.',
    ],
    error: undefined,
    aborts: 0,
  });
});

test('a start that takes longer than its limit is aborted once', () => {
  const { error, aborts } = check(90, { missing: 3 });
  expect(aborts).toBe(1);
  expect(error).toMatchObject({ code: 'GATI_START_TIMEOUT' });
  expect(error?.message).toContain(
    'A worker was not ready within 60 s: its event loop is blocked in setup() of src/modules/store.ts.',
  );
});

test('a start that a debugger may pause has no limit', () => {
  expect(check(90, { inspected: true })).toEqual({ slow: [], error: undefined, aborts: 0 });
});
