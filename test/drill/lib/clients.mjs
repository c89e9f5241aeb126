// Clients that send requests all the time, and remember how each request ended.
import http from 'node:http';

/** Milliseconds after which a client gives up. */
export const PATIENCE = 3000;

/**
 * Starts clients that send a request every `interval` milliseconds, whether earlier ones have ended
 * or not.
 *
 * @param send sends the request with this number; resolves with whether it succeeded
 */
export function startClients(interval, send) {
  const requests = [];
  let count = 0;
  const timer = setInterval(() => {
    const request = { began: performance.now(), ended: undefined, ok: false };
    requests.push(request);
    void send(count++).then((ok) => Object.assign(request, { ok, ended: performance.now() }));
  }, interval);
  return {
    requests,
    /** Stops sending, and resolves once all requests have ended. */
    async stop() {
      clearInterval(timer);
      while (requests.some(({ ended }) => ended === undefined))
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

/** Sends a request. Resolves to `true` if the response is the expected one. */
export function request(url, { agent = false, method = 'GET', body, status = 200 } = {}) {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing = http.request(url, { agent, method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === status));
    });
    const timer = setTimeout(() => outgoing.destroy(), PATIENCE);
    outgoing.on('error', () => {});
    outgoing.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
    outgoing.end(body);
  });
}

/**
 * Returns the seconds from `since` until requests that began later all succeed; 0 if none failed.
 */
export function secondsUntilWell(requests, since) {
  const failed = requests.filter(({ began, ok }) => began >= since && !ok);
  return failed.length === 0 ? 0 : (failed.at(-1).began - since) / 1000;
}
