/** Requests of one route since the start of a pod. */
export interface RouteCounts {
  requests: number;
  /** By the first digit of the status. */
  classes: Record<string, number>;
  /** Requests that took at most so many seconds. */
  buckets: Map<number, number>;
}

const DURATION = 'http_server_request_duration_seconds';
const INFO = 'gati_route_info';
/** Requests that no route matched. */
export const NO_ROUTE = 'no route';
const LINE = /^(\w+)\{([^\n]*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Metrics of the server in one pod. */
export interface PodMetrics {
  routes: Map<string, RouteCounts>;
  /** Number of routes that the server has. */
  known: number;
}

/** Parses what `/metrics` of a Gati server prints. Routes are keyed by method and path template. */
export function parseMetrics(text: string): PodMetrics {
  const routes = new Map<string, RouteCounts>();
  const known = new Set<string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(DURATION) && !line.startsWith(INFO)) continue;
    const [, name = '', labelText = '', number = ''] = LINE.exec(line) ?? [];
    const labels = parseLabels(labelText);
    const path = labels['http_route'] ?? '';
    const route = path === '' ? NO_ROUTE : `${labels['http_request_method']} ${path}`;
    if (name === INFO) known.add(route);
    const value = Number(number);
    if (!name.startsWith(DURATION) || !(value > 0)) continue;
    const counts: RouteCounts = routes.get(route) ?? {
      requests: 0,
      classes: {},
      buckets: new Map(),
    };
    routes.set(route, counts);
    if (name === `${DURATION}_count`) {
      const [digit = ''] = labels['http_response_status_code'] ?? '';
      counts.requests += value;
      counts.classes[digit] = (counts.classes[digit] ?? 0) + value;
    }
    const bound = Number(labels['le']);
    if (name === `${DURATION}_bucket` && Number.isFinite(bound))
      counts.buckets.set(bound, (counts.buckets.get(bound) ?? 0) + value);
  }
  return { routes, known: known.size };
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name, value] of text.matchAll(LABEL))
    labels[name!] = value!.replaceAll(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each));
  return labels;
}
