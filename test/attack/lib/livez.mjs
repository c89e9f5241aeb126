// Requests `/livez` all the time, in a thread of its own: the attack must not delay what it measures.
import { connect } from 'node:net';
import { parentPort, workerData, Worker } from 'node:worker_threads';

const GAP = 100;
const TIMEOUT = 10_000;
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** Starts the thread. `stop()` resolves with the milliseconds of the slowest response. */
export function watchLivez(port) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { port } });
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

if (parentPort && workerData?.port) {
  let slowest = 0;
  const stop = new AbortController();
  parentPort.on('message', () => stop.abort());
  while (slowest === 0 || !stop.signal.aborted) {
    // Two at a time: each worker gets one.
    const times = await Promise.all([probe(workerData.port), probe(workerData.port)]);
    slowest = Math.max(slowest, ...times);
    await new Promise((resolve) => setTimeout(resolve, GAP));
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage(slowest);
}
