import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Traffic {
  /** Statuses other than 200, and texts of connection errors. */
  failed: unknown[];
  /** Number of requests that have ended. */
  done(): number;
  stop(): Promise<void>;
}

/** Requests `/which` of a version all the time, on 8 connections. */
export function sendTraffic(url: string, version: string): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const failed: unknown[] = [];
  let count = 0;
  const run = { isOn: true };
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const headers = { 'x-api-version': version };
      const end = (failure?: unknown): void => {
        count++;
        if (failure !== undefined) failed.push(failure);
        resolve();
      };
      get(`${url}/which`, { agent, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          end(response.statusCode === 200 ? undefined : response.statusCode),
        );
        response.on('error', (error) => end(error.message));
      }).on('error', (error) => end(error.message));
    });
  const client = async (): Promise<void> => {
    while (run.isOn) {
      await one();
      await sleep(5);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  return {
    failed,
    done: () => count,
    async stop() {
      run.isOn = false;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}
