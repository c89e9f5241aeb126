// Workers that no longer respond.
import { request } from '../lib/client.mjs';
import { untilTrue } from '../lib/server.mjs';

/** Milliseconds after which a worker must be replaced. */
const LATEST = 10_000;

/** Waits until the log names a worker and another process serves. */
async function replaced({ server, port, pid }) {
  const line = () =>
    server
      .log()
      .split('\n')
      .find((text) => text.includes('GATI_WORKER_BLOCKED') && text.includes(String(pid)));
  const value = await untilTrue(
    () => line() !== undefined && !server.processes().includes(pid),
    LATEST + 5000,
  );
  const { status } = await request(port, '/process').catch(() => ({ status: 0 }));
  const { reason = 'the log does not name it' } = line() === undefined ? {} : JSON.parse(line());
  return [
    { what: `replaced: ${reason}`, unit: 'ms', max: LATEST, value },
    { what: 'status afterwards', unit: '', min: 200, max: 200, value: status },
  ];
}

// A connection that the worker got before it blocked waits for its replacement.
const livez = false;

export const rows = [
  {
    name: 'stopped-worker',
    about: 'a worker is stopped by SIGSTOP',
    livez,
    async run({ server, port }) {
      const { pid } = JSON.parse((await request(port, '/process')).text);
      process.kill(pid, 'SIGSTOP');
      return replaced({ server, port, pid });
    },
  },
  {
    name: 'looping-worker',
    about: 'a handler loops without an end',
    livez,
    async run({ server, port, clients }) {
      const { pid } = JSON.parse((await request(port, '/process')).text);
      // One of these reaches the worker.
      for (let tries = 0; tries < 20; tries++) {
        const socket = clients.connect().resume();
        const body = new Promise((resolve) => socket.on('data', (chunk) => resolve(String(chunk))));
        socket.write('GET /process HTTP/1.1\r\nHost: x\r\n\r\n');
        if (!(await body).includes(`"pid":${pid}}`)) continue;
        socket.write('GET /loop HTTP/1.1\r\nHost: x\r\n\r\n');
        return replaced({ server, port, pid });
      }
      throw new Error('No connection reached the worker.');
    },
  },
];
