import type { CallEvent } from '../client/calls.ts';

/** Maximum number of calls that are listed below one route. */
const MAX_CALLS = 20;
/** Maximum number of routes with calls. Clients of other apps may add routes. */
const MAX_ROUTES = 500;

/** One call of a client, as Vue DevTools shows it. */
export interface LoggedCall {
  id: number;
  route: string;
  url: string;
  attempts: number;
  traceId: string;
  /** Absent while the call runs; 0 if there was no response. */
  status?: number;
  /** Milliseconds for all attempts together. */
  duration?: number;
  /** Version of the release that responded. */
  version?: string;
  /** Code of the failure. */
  failure?: string;
}

/** The last calls of each route, newest first. */
export interface CallLog {
  /** Returns the call after the event. */
  add(event: CallEvent, traceId: string): LoggedCall;
  routes(): Iterable<string>;
  of(route: string): readonly LoggedCall[];
  find(id: number): LoggedCall | undefined;
}

export function createCallLog(): CallLog {
  const byRoute = new Map<string, LoggedCall[]>();
  const find = (id: number): LoggedCall | undefined => {
    for (const calls of byRoute.values()) {
      const call = calls.find((one) => one.id === id);
      if (call) return call;
    }
    return undefined;
  };
  return {
    add(event, traceId) {
      const { id, route, url, attempt } = event.call;
      const known = byRoute.get(route)?.find((one) => one.id === id);
      const call = known ?? { id, route, url, attempts: attempt, traceId };
      if (!known) {
        byRoute.set(route, [call, ...(byRoute.get(route) ?? [])].slice(0, MAX_CALLS));
        const [oldest] = byRoute.keys();
        if (byRoute.size > MAX_ROUTES) byRoute.delete(oldest!);
      }
      call.attempts = attempt;
      if (event.type !== 'end') return call;
      const { result, duration } = event;
      return Object.assign(call, {
        status: result.status,
        duration,
        version: result.headers?.get('x-api-version') ?? undefined,
        failure: result.ok ? undefined : result.problem.code,
      });
    },
    routes: () => byRoute.keys(),
    of: (route) => byRoute.get(route) ?? [],
    find,
  };
}
