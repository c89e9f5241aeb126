import { median, percentile, round, sleep } from '../lib/measure.mjs';

/** Jobs a second of one queue. `open({ run })` gives `{ enqueue, close }`; `run` is absent for a producer. */
export async function measureRates(open, { jobs, inFlight = 128 }) {
  const producer = await open({});
  const enqueued = await timed(() => putAll(producer, jobs, inFlight));
  await producer.close();

  const ran = await timed(() => runAll(open, jobs, async () => {}));
  const cycled = await timed(() => runAll(open, jobs, (queue) => putAll(queue, jobs, inFlight)));
  return {
    'enqueue /s': round(jobs / enqueued, 0),
    'claim, run, ack /s': round(jobs / ran, 0),
    'whole cycle /s': round(jobs / cycled, 0),
  };
}

/** Milliseconds from `enqueue` to the beginning of the run, one job at a time in a queue that is idle. */
export async function measureLatency(open, { jobs }) {
  let began;
  const times = [];
  const queue = await open({ run: () => began?.() });
  for (let n = 0; n < jobs; n++) {
    const from = performance.now();
    const begun = new Promise((resolve) => {
      began = () => resolve(performance.now() - from);
    });
    await queue.enqueue({ n });
    times.push(await begun);
    await sleep(5);
  }
  await queue.close();
  return { 'idle p50 ms': round(median(times)), 'idle p99 ms': round(percentile(times, 99)) };
}

async function putAll(queue, jobs, inFlight) {
  let next = 0;
  const lane = async () => {
    while (next < jobs) await queue.enqueue({ n: next++, account: 'acc_0123456789', amount: 4200 });
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function runAll(open, jobs, put) {
  let left = jobs;
  let queue;
  const all = new Promise((resolve) => {
    const run = () => void (--left === 0 && resolve());
    queue = open({ run });
  });
  queue = await queue;
  await Promise.all([put(queue), all]);
  await queue.close();
}

/** Seconds. */
async function timed(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
