import type { Probes } from '../http/probes.ts';
import { endWithProblem } from '../http/raw-problem.ts';
import { writeProblem } from '../http/write-problem.ts';
import type { HttpServerHooks } from './http-server.ts';

type Handlers = Pick<HttpServerHooks, 'onRequest' | 'onUpgrade'>;

/** Rejects requests while the process does not know which release is current. */
export interface ReadyGate {
  /** Returns why the process is not ready. `undefined`: it is ready. */
  health(): Record<string, string> | undefined;
  /** Responds 503 to all requests but probes: it must not serve any other release. */
  guard(handlers: Handlers, probes: Probes): Handlers;
}

const CODE = 'release_unavailable';
const DETAIL = 'This server does not know yet which release is current.';

/** @param ready resolves when the process knows its current release */
export function createReadyGate(ready: Promise<void>): ReadyGate {
  let isReady = false;
  void ready.then(() => (isReady = true));
  return {
    health: () => (isReady ? undefined : { releases: DETAIL }),
    guard: ({ onRequest, onUpgrade }, probes) => ({
      onRequest(req, res) {
        if (isReady) onRequest(req, res);
        else if (!probes(req, res))
          writeProblem(res, 503, CODE, { detail: DETAIL }, ['retry-after', '1']);
      },
      onUpgrade(req, socket, head) {
        if (isReady) return onUpgrade(req, socket, head);
        endWithProblem(socket, 503, CODE, DETAIL);
        return true;
      },
    }),
  };
}
