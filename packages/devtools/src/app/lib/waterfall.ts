import type { SpanRecord, TraceDetail } from '../../api/types.ts';

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

/** Arranges the requests and spans of a trace as a tree. A span without its parent is a root. */
export function createWaterfall({ requests, spans }: TraceDetail): Waterfall {
  const bars = [...requests.map(requestBar), ...spans.map(spanBar)];
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
  const add = (parent: string, depth: number): void => {
    for (const bar of (children.get(parent) ?? []).toSorted((a, b) => a.start - b.start)) {
      // Ids come from outside: two spans may have the same one, or each other as parents.
      if (visited.has(bar.id)) continue;
      visited.add(bar.id);
      const { parentId: _parentId, ...row } = bar;
      rows.push({ ...row, depth, start: bar.start - start });
      add(bar.id, depth + 1);
    }
  };
  add('', 0);
  const length = Math.max(...rows.map((row) => row.start + row.length), 0.001);
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
  },
});

const spanBar = ({ spanId, us, ...span }: SpanRecord): Bar => ({
  id: spanId,
  parentId: span.parentId,
  name: span.name,
  start: span.start,
  length: us / 1000,
  ...(span.error !== undefined && { error: span.error }),
  attributes: span.attributes,
});
