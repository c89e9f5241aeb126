import type { RunRecord, SpanRecord, TraceDetail } from '../../api/types.ts';

/** One bar of a waterfall. Times are milliseconds since the start of the trace. */
export interface WaterfallRow {
  id: string;
  name: string;
  depth: number;
  start: number;
  /** Milliseconds. */
  length: number;
  error?: string;
  attributes: Record<string, string | number | boolean>;
  /** Trace of the row, if the row is of another trace than the shown one. */
  otherTrace?: string;
}

export interface Waterfall {
  /** Parents before their children, siblings by start. */
  rows: WaterfallRow[];
  /** Milliseconds. */
  length: number;
  /** Start in epoch milliseconds. */
  start: number;
}

interface Bar extends Omit<WaterfallRow, 'depth'> {
  parentId: string | undefined;
}

/**
 * Arranges the requests and spans of a trace as a tree, with the runs below the spans that enqueued
 * them. A span without its parent is a root.
 */
export function createWaterfall({ traceId, requests, runs, spans }: TraceDetail): Waterfall {
  const kept = new Set(spans.map(({ spanId }) => spanId));
  const bars = [
    ...requests.map(requestBar),
    ...spans.map((span) => ({ ...spanBar(span), ...ofOther(span.traceId) })),
    ...runs
      .filter(({ spanId }) => !kept.has(spanId))
      .map((run) => ({ ...runBar(run), ...ofOther(run.traceId) })),
  ];
  function ofOther(id: string): Pick<WaterfallRow, 'otherTrace'> {
    return id === traceId ? {} : { otherTrace: id };
  }
  const start = Math.min(...bars.map((bar) => bar.start));
  const ids = new Set(bars.map(({ id }) => id));
  const children = new Map<string, Bar[]>();
  for (const bar of bars) {
    const parent = bar.parentId !== undefined && ids.has(bar.parentId) ? bar.parentId : '';
    const siblings = children.get(parent) ?? [];
    siblings.push(bar);
    children.set(parent, siblings);
  }
  const rows: WaterfallRow[] = [];
  const visited = new Set<string>();
  /** Bars to add, the next one last. A stack, since a trace may be thousands of spans deep. */
  const waiting: { bar: Bar; depth: number }[] = [];
  const addChildren = (parent: string, depth: number): void => {
    const siblings = (children.get(parent) ?? []).toSorted((a, b) => b.start - a.start);
    for (const bar of siblings) waiting.push({ bar, depth });
  };
  addChildren('', 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { bar, depth } = next;
    // Ids come from outside: two spans may have the same one, or each other as parents.
    if (visited.has(bar.id)) continue;
    visited.add(bar.id);
    const { parentId: _parentId, ...row } = bar;
    rows.push({ ...row, depth, start: bar.start - start });
    addChildren(bar.id, depth + 1);
  }
  const length = rows.reduce((end, row) => Math.max(end, row.start + row.length), 0.001);
  return { rows, length, start };
}

const requestBar = (request: TraceDetail['requests'][number]): Bar => ({
  id: request.spanId,
  parentId: request.parentId,
  name: `${request.method} ${request.route || request.path}`,
  start: request.time - request.us / 1000,
  length: request.us / 1000,
  ...(request.status >= 500 && { error: String(request.status) }),
  attributes: {
    'http.response.status_code': request.status,
    'url.path': request.path,
    ...(request.version !== '' && { 'service.version': request.version }),
    'process.pid': request.pid,
    ...(request.instance !== undefined && { 'service.instance.id': request.instance }),
  },
});

/** A run without spans, because spans are kept only for some runs. */
const runBar = ({ spanId, us, time, outcome, ...run }: RunRecord): Bar => ({
  id: spanId,
  parentId: run.enqueuedBy?.spanId,
  name: `process ${run.effect}`,
  start: time - us / 1000,
  length: us / 1000,
  ...((outcome === 'dead' || outcome === 'retried') && { error: outcome }),
  attributes: {
    'gati.attempt': run.attempt,
    'messaging.message.id': run.job,
    outcome,
    ...(run.version !== '' && { 'service.version': run.version }),
    'process.pid': run.pid,
    ...(run.instance !== undefined && { 'service.instance.id': run.instance }),
  },
});

/** The root span of a run has no parent, and is linked to the span that enqueued the job. */
const spanBar = ({ spanId, us, links, ...span }: SpanRecord): Bar => ({
  id: spanId,
  parentId: span.parentId || links?.[0]?.spanId,
  name: span.name,
  start: span.start,
  length: us / 1000,
  ...(span.error !== undefined && { error: span.error }),
  attributes: span.attributes,
});
