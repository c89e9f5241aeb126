import { median, percentile, round, sleep } from '../lib/measure.mjs';

/**
 * Jobs per second of one queue. `open({ run })` resolves with `{ enqueue, close }`; a producer opens it
 * without `run`.
 */
export async function measureRates(open, { jobs, inFlight = 128 }) {
  const producer = await open({});
  const enqueued = await timed(() => enqueueAll(producer, jobs, inFlight));
  await producer.close();

  const ran = await timed(() => runAll(open, jobs, async () => {}));
  const cycled = await timed(() =>
    runAll(open, jobs, (queue) => enqueueAll(queue, jobs, inFlight)),
  );
  return {
    'enqueue /s': round(jobs / enqueued, 0),
    'claim, run, ack /s': round(jobs / ran, 0),
    'whole cycle /s': round(jobs / cycled, 0),
  };
}

/** Milliseconds from `enqueue` until the job starts, one job at a time in an idle queue. */
export async function measureLatency(open, { jobs }) {
  let onStart;
  const times = [];
  const queue = await open({ run: () => onStart?.() });
  for (let n = 0; n < jobs; n++) {
    const from = performance.now();
    const started = new Promise((resolve) => {
      onStart = () => resolve(performance.now() - from);
    });
    await queue.enqueue({ n });
    times.push(await started);
    await sleep(5);
  }
  await queue.close();
  return { 'idle p50 ms': round(median(times)), 'idle p99 ms': round(percentile(times, 99)) };
}

async function enqueueAll(queue, jobs, inFlight) {
  let next = 0;
  const producer = async () => {
    while (next < jobs) await queue.enqueue({ n: next++, account: 'acc_0123456789', amount: 4200 });
  };
  await Promise.all(Array.from({ length: inFlight }, producer));
}

/** Opens a worker, calls `fill` with its queue, and waits until all jobs have run. */
async function runAll(open, jobs, fill) {
  let left = jobs;
  let queue;
  const all = new Promise((resolve) => {
    const run = () => void (--left === 0 && resolve());
    queue = open({ run });
  });
  queue = await queue;
  await Promise.all([fill(queue), all]);
  await queue.close();
}

/** Seconds that `work` takes. */
async function timed(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
