import { openPanelClient, type PanelOptions } from './panel-client.ts';
import type { Trap } from '../../types/trap.ts';
import type { TelemetryReader } from './reader.ts';
import type { RouteSummary } from './summarize.ts';

/**
 * Reads telemetry from, and arms traps through, the panel of a running server, `/_control/api`.
 *
 * @throws {GatiError} GATI_USAGE when the address can't be used
 */
export function openPanelReader(options: PanelOptions): TelemetryReader {
  const { find, get: list, act, error } = openPanelClient(options);
  return {
    traces: (query) => list('traces', query),
    trace: (id) => find(`traces/${id}`),
    logs: (query) => list('logs', query),
    errors: (query) => list('errors', query),
    async routes(query) {
      const { routes } = await list<{ routes: PanelRoute[] }>('metrics', query);
      return routes.map(toSummary);
    },
    incident: async (traceId) =>
      (await act<{ html: string }>('incidents.write', { traceId }))?.html,
    async decide({ id, state }) {
      const verb = { muted: 'mute', resolved: 'resolve', open: 'reopen' }[state];
      return (await act(`errors.${verb}`, { id })) !== undefined;
    },
    traps: {
      list: async () => (await list<{ traps: Trap[] }>('traps', {})).traps,
      get: (id) => find(`traps/${id}`),
      async add({ where, limit, within }) {
        const added = await act<Trap>('traps.add', { where, limit, minutes: within / 60_000 });
        if (added === undefined) throw error('it records nothing');
        return added;
      },
      remove: async (id) => (await act('traps.remove', { id })) !== undefined,
    },
    close: () => {},
  };
}

interface PanelRoute {
  method: string;
  route: string;
  version: string;
  count: number;
  failed: number;
  p50?: number;
  p95?: number;
  p99?: number;
}

function toSummary(route: PanelRoute): RouteSummary {
  const { method, version, count, failed, p50 = 0, p95 = 0, p99 = 0 } = route;
  return { method, route: route.route, version, count, errors: failed, p50, p95, p99 };
}
