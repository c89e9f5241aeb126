import type { Style } from '../../command/style.ts';
import type { RunRecord } from '../../types/telemetry.ts';
import type { Trace } from '../../types/telemetry-source.ts';
import { isFailed } from '../run-of-log.ts';
import { formatLog, formatMs, formatTime, paintStatus } from './format.ts';

/** Maximum number of printed spans. The JSON document has all of them. */
const MAX_SPANS = 200;
/** Maximum depth of the indentation of spans. */
const MAX_DEPTH = 16;

interface Node {
  id: string;
  parent: string | undefined;
  start: number;
  us: number;
  text: string;
}

/** Prints requests, spans and runs as a tree by time, and the log lines below it. */
export function printTrace(
  { traceId, requests, runs, spans, logs, isCut }: Trace,
  style: Style,
): string[] {
  const nodes: Node[] = [
    ...requests.map((request) => ({
      id: request.spanId,
      parent: request.parentId,
      start: request.time - request.us / 1000,
      us: request.us,
      text: `${request.method} ${request.route || request.path} ${paintStatus(request.status, style)}`,
    })),
    ...spans.map((span) => ({
      id: span.spanId,
      parent: span.parentId,
      start: span.start,
      us: span.us,
      text: `${span.name}${span.error === undefined ? '' : ` ${style.red(span.error)}`}`,
    })),
    // The run that the trace is about has a span if its spans are kept.
    ...runs
      .filter((run) => !spans.some(({ spanId }) => spanId === run.spanId))
      .map((run) => ({
        id: run.spanId,
        parent: run.enqueuedBy?.spanId,
        start: run.time - run.us / 1000,
        us: run.us,
        text: describeRun(run, traceId, style),
      })),
  ].toSorted((a, b) => a.start - b.start);
  const begin = nodes[0]?.start ?? logs[0]?.time ?? 0;
  const lines = [`${style.bold(traceId)}  ${formatTime(begin)}`];
  for (const { node, depth } of inOrder(nodes).slice(0, MAX_SPANS)) {
    const at = formatMs((node.start - begin) * 1000).padStart(8);
    const us = formatMs(node.us).padStart(8);
    lines.push(`${style.dim(`+${at}`)} ${us} ms  ${'  '.repeat(depth)}${node.text}`);
  }
  if (nodes.length > MAX_SPANS) lines.push(`… and ${nodes.length - MAX_SPANS} more spans`);
  if (isCut) lines.push(style.yellow('The trace has more than what is shown.'));
  for (const { enqueuedBy } of runs.filter((run) => run.traceId === traceId).slice(0, 1))
    if (enqueuedBy) lines.push(`enqueued by the trace ${enqueuedBy.traceId}`);
  if (logs.length > 0) lines.push('', ...logs.map((log) => formatLog(log, style)));
  return lines;
}

function describeRun(run: RunRecord, shown: string, style: Style): string {
  const { effect, attempt, outcome, traceId } = run;
  const text = `run ${effect}, attempt ${attempt}: ${isFailed(run) ? style.red(outcome) : outcome}`;
  return traceId === shown ? text : `${text} ${style.dim(`(trace ${traceId})`)}`;
}

/** Parents before their children. A node whose parent is not known is a root. */
function inOrder(nodes: Node[]): { node: Node; depth: number }[] {
  const known = new Set(nodes.map(({ id }) => id));
  const children = new Map<string, Node[]>();
  const roots: Node[] = [];
  for (const node of nodes) {
    const { parent } = node;
    if (parent === undefined || !known.has(parent) || parent === node.id) roots.push(node);
    else children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const ordered: { node: Node; depth: number }[] = [];
  const seen = new Set<Node>();
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
