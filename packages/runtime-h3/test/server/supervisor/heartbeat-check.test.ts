import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { createHeartbeatCheck } from '../../../src/server/supervisor/heartbeat-check.ts';
import type { WorkerProcess } from '../../../src/server/supervisor/worker-process.ts';
import { createTextLogger } from '../../../src/telemetry/index.ts';

const RULE = { interval: 200, checks: 5 };
const REPORT = '{"frames":[]}\n';

let worker: WorkerProcess;
let events: string[];
let check: () => void;

beforeEach(() => {
  events = [];
  // The parts of a worker process that the check reads. No process can be blocked for exactly as
  // long as these tests need.
  worker = {
    state: 'ready',
    missing: 0,
    reportChecks: 0,
    isEnding: false,
    isInspected: false,
    report: undefined,
    reports: new PassThrough(),
    pid: 1,
    kill: () => void events.push('killed'),
  } as unknown as WorkerProcess;
  const checkWorker = createHeartbeatCheck(RULE, {
    onBlocked: () => void events.push('replaced'),
    onRecovered: () => {
      worker.state = 'draining';
      events.push('recovered');
    },
    logger: createTextLogger({ write: () => {} }),
  });
  check = () => {
    worker.missing++;
    checkWorker(worker);
  };
});

/** Runs checks without a heartbeat until the worker is replaced. */
function block(): void {
  while (events.length === 0) check();
}

async function report(): Promise<void> {
  (worker.reports as PassThrough).write(REPORT);
  await nextTurn();
}

/** What a message of the worker does. */
function beat(): void {
  worker.missing = 0;
  worker.report = undefined;
}

test('a blocked worker is replaced, and killed after its report', async () => {
  block();
  expect(worker.missing).toBe(RULE.checks + 1);
  await report();
  expect(events).toEqual(['replaced']);
  check();
  check();
  await expect.poll(() => events).toEqual(['replaced', 'killed']);
});

test('a blocked worker without a report is killed later', async () => {
  block();
  for (let n = 0; n < 18; n++) check();
  expect(worker.isEnding).toBe(false);
  check();
  await expect.poll(() => events).toEqual(['replaced', 'killed']);
});

test.each([0, 1])(
  'a worker whose heartbeat comes %i checks after its report finishes its requests',
  async (checks) => {
    block();
    await report();
    for (let n = 0; n < checks; n++) check();
    beat();
    check();
    for (let n = 0; n < 3; n++) {
      beat();
      check();
    }
    await nextTurn();
    expect(events).toEqual(['replaced', 'recovered']);
  },
);
