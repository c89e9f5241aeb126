import type { RequestRecord, RunRecord, SpanRecord } from '../types/telemetry.ts';
import type { Trace } from '../types/telemetry-source.ts';
import { isFailed } from './run-of-log.ts';

/** Maximum depth of the indentation of spans. */
const MAX_DEPTH = 16;

/** A request, a run or a span in the tree of a trace. */
export interface TraceNode {
  id: string;
  parent: string | undefined;
  /** Epoch milliseconds. */
  start: number;
  /** Microseconds. */
  us: number;
  text: string;
  isFailed: boolean;
}

/** Texts of the nodes. */
export interface Describe {
  request(request: RequestRecord): string;
  span(span: SpanRecord): string;
  run(run: RunRecord): string;
}

/** Returns the nodes of a trace by time. */
export function nodesOf({ requests, runs, spans }: Trace, describe: Describe): TraceNode[] {
  return [
    ...requests.map((request) => ({
      id: request.spanId,
      parent: request.parentId,
      start: request.time - request.us / 1000,
      us: request.us,
      text: describe.request(request),
      isFailed: request.status >= 500,
    })),
    ...spans.map((span) => ({
      id: span.spanId,
      parent: span.parentId,
      start: span.start,
      us: span.us,
      text: describe.span(span),
      isFailed: span.error !== undefined,
    })),
    // The run that the trace is about has a span if its spans are kept.
    ...runs
      .filter((run) => !spans.some(({ spanId }) => spanId === run.spanId))
      .map((run) => ({
        id: run.spanId,
        parent: run.enqueuedBy?.spanId,
        start: run.time - run.us / 1000,
        us: run.us,
        text: describe.run(run),
        isFailed: isFailed(run),
      })),
  ].toSorted((a, b) => a.start - b.start);
}

/** Parents before their children. A node whose parent is not known is a root. */
export function inOrder(nodes: TraceNode[]): { node: TraceNode; depth: number }[] {
  const known = new Set(nodes.map(({ id }) => id));
  const children = new Map<string, TraceNode[]>();
  const roots: TraceNode[] = [];
  for (const node of nodes) {
    const { parent } = node;
    if (parent === undefined || !known.has(parent) || parent === node.id) roots.push(node);
    else children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const ordered: { node: TraceNode; depth: number }[] = [];
  const seen = new Set<TraceNode>();
  const stack = roots.toReversed().map((node) => ({ node, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next.node)) continue;
    seen.add(next.node);
    ordered.push(next);
    const depth = Math.min(next.depth + 1, MAX_DEPTH);
    for (const child of (children.get(next.node.id) ?? []).toReversed())
      stack.push({ node: child, depth });
  }
  return ordered;
}
