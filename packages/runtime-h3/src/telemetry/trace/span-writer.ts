import type { LogSink } from '../record/recorder.ts';
import type { SpanRecord } from '../../types/telemetry.ts';
import type { SpanEntry } from './span-table.ts';
import type { OpenSpan, Trace } from './trace.ts';

/** Milliseconds after which spans are written at the latest. */
const FLUSH_AFTER = 100;
/** Characters after which they are written without waiting. */
const BATCH = 64 * 1024;

/** Prints the spans of kept traces, one JSON line each, and writes many at a time. */
export class SpanWriter {
  readonly #sink: LogSink;
  #lines = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  /** Writes the spans of a trace that have ended. The others follow when they end. */
  trace(trace: Trace): void {
    const { root, spans, dropped } = trace;
    const ended = spans.filter(({ end }) => end > 0);
    if (trace.hasRootSpan) ended.push(root);
    for (const [index, span] of ended.entries())
      this.#print(span, index === ended.length - 1 ? dropped : 0);
  }

  /** Writes one span, which ended after its trace. */
  span(span: OpenSpan): void {
    this.#print(span, 0);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') this.#sink(lines);
  }

  #print(span: OpenSpan, dropped: number): void {
    this.#lines += `${JSON.stringify({ span: toRecord(span, dropped) })}\n`;
    if (this.#lines.length >= BATCH) return this.flush();
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
    (this.#timer as { unref?(): void }).unref?.();
  }
}

function toRecord(span: OpenSpan, dropped: number): SpanRecord {
  const { trace, parent, detail, start, end, error } = span;
  const entry = span.entry as SpanEntry<unknown>;
  return {
    traceId: trace.id,
    spanId: span.id,
    parentId: parent?.id ?? '',
    name: entry.name(detail),
    kind: entry.kind,
    start: Math.round((performance.timeOrigin + start) * 1000) / 1000,
    us: Math.max(0, Math.round((end - start) * 1000)),
    ...(error !== undefined && { error }),
    attributes: {
      ...entry.attributes(detail),
      ...(span.isUnfinished && { 'gati.unfinished': true }),
      ...(dropped > 0 && { 'gati.spans.dropped': dropped }),
    },
    ...(parent === undefined && trace.links !== undefined && { links: trace.links }),
  };
}
