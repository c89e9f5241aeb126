import {
  MODULE_HOST,
  type RoutePoint,
  RUN_METHOD,
  type SpanRecord,
  type Trace,
} from '@gati/runtime-h3/telemetry';
import type { Topology, TopologyEdge, TopologyNode } from '../../api/topology.ts';
import type { AppFacts } from '../app-facts.ts';
import { routeKey } from '../red.ts';

/** Maximum number of handlers in the graph; the busiest are shown. */
const MAX_HANDLERS = 60;
/** Maximum number of hosts in the graph. */
const MAX_HOSTS = 12;

/**
 * Combines the parts of the app with its traffic. Requests by route are exact; the calls below the
 * handlers are those of a sample of traces.
 */
export function buildTopology(
  app: AppFacts,
  points: readonly RoutePoint[],
  traces: readonly Trace[],
): Topology {
  const graph = new Graph();
  graph.addNode({ id: 'client', kind: 'client', name: 'Clients' });
  for (const { name, file } of app.modules)
    graph.addNode({ id: `module:${name}`, kind: 'module', name, file });
  if (app.effects.length > 0) graph.addNode({ id: 'queue', kind: 'queue', name: 'Queue' });
  for (const { name, file } of app.effects)
    graph.addNode({ id: `effect:${name}`, kind: 'effect', name, file });
  addTraffic(graph, app, points);
  for (const trace of traces) addCalls(graph, trace);
  return { nodes: graph.nodes(), edges: graph.edges(), sample: traces.length };
}

class Graph {
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #edges = new Map<string, TopologyEdge>();

  addNode(node: TopologyNode): void {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node);
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  count(kind: TopologyNode['kind']): number {
    return [...this.#nodes.values()].filter((node) => node.kind === kind).length;
  }

  /** Adds calls to an edge. Edges of nodes that are not in the graph are left out. */
  addCalls(
    from: string,
    to: string,
    { count, failed, isSampled }: Omit<TopologyEdge, 'from' | 'to'>,
  ): void {
    if (from === to || !this.has(from) || !this.has(to)) return;
    const key = `${from}\n${to}`;
    const edge = this.#edges.get(key);
    if (edge) {
      edge.count += count;
      edge.failed += failed;
    } else this.#edges.set(key, { from, to, count, failed, isSampled });
  }

  nodes(): TopologyNode[] {
    return [...this.#nodes.values()];
  }

  edges(): TopologyEdge[] {
    return [...this.#edges.values()];
  }
}

function addTraffic(graph: Graph, app: AppFacts, points: readonly RoutePoint[]): void {
  const counts = new Map<string, { count: number; failed: number }>();
  for (const point of points) {
    const key = routeKey(point);
    const sum = counts.get(key) ?? { count: 0, failed: 0 };
    sum.count += point.count;
    if (point.statusClass === 5) sum.failed += point.count;
    counts.set(key, sum);
  }
  const none = { count: 0, failed: 0 };
  const busiest = app.routes
    .toSorted((a, b) => (counts.get(b.id)?.count ?? 0) - (counts.get(a.id)?.count ?? 0))
    .slice(0, MAX_HANDLERS);
  for (const { id, domain, file } of busiest) {
    const sum = { ...(counts.get(id) ?? none), isSampled: false };
    graph.addNode({ id: `domain:${domain}`, kind: 'domain', name: domain });
    graph.addNode({ id: `handler:${id}`, kind: 'handler', name: id, file });
    graph.addCalls('client', `domain:${domain}`, sum);
    graph.addCalls(`domain:${domain}`, `handler:${id}`, sum);
  }
  for (const { name } of app.effects) {
    const sum = counts.get(routeKey({ method: RUN_METHOD, route: name }));
    if (sum) graph.addCalls('queue', `effect:${name}`, { ...sum, isSampled: false });
  }
}

function addCalls(graph: Graph, { requests, runs, spans: all }: Trace): void {
  const modules = new Set(all.filter(isModuleCall).map(({ spanId }) => spanId));
  const spans = all.filter((span) => !isTransport(span, modules));
  const owners = new Map<string, string>();
  for (const { spanId, method, route } of requests)
    owners.set(spanId, `handler:${method} ${route}`);
  for (const { spanId, effect } of runs) owners.set(spanId, `effect:${effect}`);
  const parents = new Map(spans.map((span) => [span.spanId, span.parentId]));
  for (const span of spans) {
    const node = nodeOf(span);
    if (!node) continue;
    if (node.kind !== 'host' || graph.has(node.id) || graph.count('host') < MAX_HOSTS)
      if (node.kind !== 'module' && node.kind !== 'queue') graph.addNode(node);
    owners.set(span.spanId, node.id);
  }
  for (const span of spans) {
    const own = nodeOf(span);
    if (!own) continue;
    const caller = findOwner(span.parentId, owners, parents);
    if (caller === undefined) continue;
    graph.addCalls(caller, own.id, {
      count: 1,
      failed: span.error === undefined ? 0 : 1,
      isSampled: true,
    });
  }
}

const isModuleCall = ({ attributes }: SpanRecord): boolean =>
  attributes['gati.module'] !== undefined;

/** Whether a span is the request to the process of a module. The module is already a part. */
function isTransport({ parentId, attributes }: SpanRecord, modules: ReadonlySet<string>): boolean {
  return attributes['server.address'] === MODULE_HOST && modules.has(parentId ?? '');
}

/** Returns the part that a span calls; `undefined` for spans within a part, such as middleware. */
function nodeOf({ kind, attributes }: SpanRecord): TopologyNode | undefined {
  const text = (name: string): string | undefined => {
    const value = attributes[name];
    return typeof value === 'string' ? value : undefined;
  };
  const module = text('gati.module');
  if (module !== undefined) return { id: `module:${module}`, kind: 'module', name: module };
  const system = text('db.system.name');
  if (system !== undefined) return { id: `database:${system}`, kind: 'database', name: system };
  if (text('gati.storage.operation') !== undefined)
    return { id: 'storage', kind: 'storage', name: 'Storage' };
  if (kind === 'producer') return { id: 'queue', kind: 'queue', name: 'Queue' };
  const host = text('server.address');
  if (kind === 'client' && host !== undefined)
    return { id: `host:${host}`, kind: 'host', name: host };
  return undefined;
}

/** Finds the nearest part above a span. */
function findOwner(
  spanId: string,
  owners: ReadonlyMap<string, string>,
  parents: ReadonlyMap<string, string>,
): string | undefined {
  let id: string | undefined = spanId;
  // Ids come from outside: two spans may have each other as parents.
  for (let steps = 0; id !== undefined && steps < 1000; steps++) {
    const owner = owners.get(id);
    if (owner !== undefined) return owner;
    id = parents.get(id);
  }
  return undefined;
}
