// Requests a route at a constant rate, in a thread of its own, so that the callers of modules do not
// delay the measurement.
import http from 'node:http';
import { parentPort, Worker } from 'node:worker_threads';

/** Milliseconds between two requests. */
const GAP = 5;
const CONNECTIONS = 16;

/** Starts the thread. `measure` resolves with the milliseconds of each response. */
export function openMeter() {
  const worker = new Worker(new URL(import.meta.url));
  return {
    measure: (port, path, ms) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (times) => {
          worker.off('error', reject);
          resolve(times);
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage({ port, path, ms });
      }),
    close: () => worker.terminate(),
  };
}

/** Milliseconds from the time at which a request was to be sent to the end of its response. */
function request(agent, { port, path }, dueAt) {
  return new Promise((resolve, reject) => {
    const req = http.get({ host: '127.0.0.1', port, path, agent }, (res) => {
      res.resume().on('end', () => {
        if (res.statusCode === 200) resolve(performance.now() - dueAt);
        else reject(new Error(`${path} responds ${res.statusCode}`));
      });
    });
    req.on('error', reject);
  });
}

async function measure(job) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const began = performance.now();
  const responses = [];
  for (let count = 0; count * GAP < job.ms; count++) {
    const dueAt = began + count * GAP;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    responses.push(request(agent, job, Math.max(dueAt, performance.now() - GAP)));
  }
  const times = await Promise.all(responses);
  agent.destroy();
  return times;
}

parentPort?.on('message', async (job) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage(await measure(job));
});
