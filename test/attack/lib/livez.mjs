// Requests `/livez` all the time, in a thread of its own: the attack must not delay what it measures.
import fs from 'node:fs';
import { connect } from 'node:net';
import { parentPort, workerData, Worker } from 'node:worker_threads';

const GAP = 100;
const TIMEOUT = 10_000;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/**
 * Starts the thread. `stop()` resolves with the milliseconds of the slowest response, without those
 * in which the server was ready to run and other processes of the machine had its processors.
 *
 * @param pids the supervisor, then its workers
 */
export function watchLivez(port, pids) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, pids } });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (slowest) => {
          resolve(slowest);
          void worker.terminate();
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage('stop');
      }),
  };
}

/** Milliseconds of one response; the timeout if there is none. */
const probe = (port) =>
  new Promise((resolve) => {
    const began = performance.now();
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(REQUEST));
    const timer = setTimeout(() => socket.destroy(), TIMEOUT);
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text.includes(' 200 ') ? performance.now() - began : TIMEOUT);
    });
  });

/** Milliseconds for which each process has waited for a processor. */
const waits = (pids) =>
  pids.map((pid) => {
    try {
      return Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  });

/** Milliseconds for which the supervisor, and the worker that waited longest, have waited since. */
function waitedSince(before, pids) {
  const [supervisor, ...workers] = waits(pids).map((wait, index) => wait - before[index]);
  return supervisor + Math.max(0, ...workers);
}

if (parentPort && workerData?.port) {
  const { port, pids } = workerData;
  let slowest = 0;
  const stop = new AbortController();
  parentPort.on('message', () => stop.abort());
  do {
    // Two at a time: each worker gets one.
    const before = waits(pids);
    const times = await Promise.all([probe(port), probe(port)]);
    slowest = Math.max(slowest, Math.max(...times) - waitedSince(before, pids));
    await new Promise((resolve) => setTimeout(resolve, GAP));
  } while (!stop.signal.aborted);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage(slowest);
}
