import net from 'node:net';
import { percentile, round } from './measure.mjs';

/** Maximum number of requests that wait for a free connection. Further ones are counted as unsent. */
const MAX_WAITING = 5000;
/** Milliseconds between two batches of requests. */
const TICK = 2;

/**
 * Offers GET requests at a steady rate over keep-alive connections on loopback, whether the server
 * keeps up or not. A latency contains the time for which a request waited for a connection. Responses
 * must have a Content-Length.
 */
export async function sendAtRate(url, { path, rate, seconds, connections = 64 }) {
  const { hostname, port } = new URL(url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(`${hostname} is not a loopback address`);
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
  const waiting = [];
  const idle = [];
  const latencies = [];
  let failed = 0;
  let unsent = 0;
  const sockets = await Promise.all(Array.from({ length: connections }, connect));
  function connect() {
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname, () => {
        idle.push(socket);
        resolve(socket);
      });
      socket.setNoDelay(true);
      let buffered = '';
      socket.on('data', (chunk) => {
        buffered += chunk.latin1Slice();
        const head = buffered.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(buffered);
        if (head < 0 || buffered.length < head + 4 + Number(length?.[1] ?? 0)) return;
        if (!buffered.startsWith('HTTP/1.1 200')) failed++;
        buffered = '';
        latencies.push(performance.now() - socket.askedAt);
        const next = waiting.shift();
        if (next === undefined) idle.push(socket);
        else ask(socket, next);
      });
      socket.on('error', (error) => {
        failed++;
        reject(error);
      });
    });
  }
  function ask(socket, at) {
    socket.askedAt = at;
    socket.write(request);
  }
  const begin = performance.now();
  for (let offered = 0; offered < rate * seconds;) {
    const now = performance.now();
    const due = Math.min(rate * seconds, Math.floor(((now - begin) / 1000) * rate));
    for (; offered < due; offered++) {
      const socket = idle.pop();
      if (socket) ask(socket, now);
      else if (waiting.length < MAX_WAITING) waiting.push(now);
      else unsent++;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  const end = performance.now() + 10_000;
  while (idle.length < connections && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 10));
  for (const socket of sockets) socket.destroy();
  return {
    'answered per second': Math.round(latencies.length / seconds),
    unsent,
    failed,
    'p50 ms': round(percentile(latencies, 50), 1),
    'p99 ms': round(percentile(latencies, 99), 1),
    'max ms': round(percentile(latencies, 100), 1),
  };
}
