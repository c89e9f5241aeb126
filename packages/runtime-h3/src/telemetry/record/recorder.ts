import { spanIdAt, type TraceParent, traceIdAt } from './ids.ts';
import type { RouteStats } from './route-stats.ts';

/** Number of requests after which the access log is written without waiting. */
const BATCH = 512;
/** Requests that the ring keeps. A power of two, so that a mask computes an index. */
const RING = 4096;
/** Milliseconds after which the access log is written at the latest. */
const FLUSH_AFTER = 100;

/** State of the spans of a request: dropped, kept, or not observed. */
const DROPPED = 0;
const KEPT = 1;
const NO_SPANS = 2;

/** Receives complete lines, each ended by `\n`. */
export type LogSink = (lines: string) => void;

/** One finished request. */
export interface Span {
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  method: string;
  route: string;
  version: string;
  status: number;
  /** Epoch milliseconds. */
  time: number;
  /** Microseconds. */
  us: number;
}

/** Fields that identify one request in the log and in spans. */
export interface TracedRequest {
  /** The 48 digits from `idAt` on are its trace id and span id: see `ids.ts`. */
  readonly idPool: string;
  readonly idAt: number;
  /** The client's `traceparent`. Its trace id replaces the drawn one. */
  readonly parent: TraceParent | undefined;
  /** The client's request id, if `isRequestId` accepts it. */
  readonly givenId: string | undefined;
  readonly path: string;
  /** Its spans. Absent if nothing observes them. */
  readonly trace: { readonly isKept: boolean | undefined } | undefined;
}

/**
 * Records each finished request: a count in a histogram, a span in a ring, a line in the access
 * log.
 *
 * A request only stores numbers and references into parallel arrays. Spans and log lines are
 * created from them later, many at a time.
 */
export class Recorder {
  readonly #sink: LogSink | undefined;
  readonly #stats: (RouteStats | undefined)[] = Array.from({ length: RING });
  readonly #status = new Uint16Array(RING);
  readonly #us = new Float64Array(RING);
  readonly #time = new Float64Array(RING);
  readonly #idPools: string[] = Array.from({ length: RING }, () => '');
  /** 16 bits are enough for the pool of `ids.ts`, which has 24,576 digits. */
  readonly #idsAt = new Uint16Array(RING);
  readonly #parents: (TraceParent | undefined)[] = Array.from({ length: RING });
  readonly #requestIds: (string | undefined)[] = Array.from({ length: RING });
  /** State of the spans of the request: see {@link NO_SPANS}. */
  readonly #sampled = new Uint8Array(RING);
  /** Cleared when logged, since a path may be long. */
  readonly #paths: string[] = Array.from({ length: RING }, () => '');
  /** Requests so far. */
  #count = 0;
  /** Number of requests that the log has a line for. */
  #logged = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LogSink | undefined) {
    this.#sink = sink;
  }

  /**
   * @param us duration in microseconds
   * @param time end of the request in epoch milliseconds
   */
  record(
    stats: RouteStats,
    status: number,
    us: number,
    time: number,
    request: TracedRequest,
  ): void {
    stats.observe(status, us);
    const index = this.#count++ & (RING - 1);
    this.#stats[index] = stats;
    this.#status[index] = status;
    this.#us[index] = us;
    this.#time[index] = time;
    this.#idPools[index] = request.idPool;
    this.#idsAt[index] = request.idAt;
    this.#parents[index] = request.parent;
    const { trace } = request;
    this.#sampled[index] = trace === undefined ? NO_SPANS : trace.isKept === true ? KEPT : DROPPED;
    if (this.#sink === undefined) return;
    this.#requestIds[index] = request.givenId;
    this.#paths[index] = request.path;
    if (this.#count - this.#logged === BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
  }

  /** Writes the waiting lines of the access log. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let lines = '';
    for (; this.#logged < this.#count; this.#logged++) {
      const index = this.#logged & (RING - 1);
      const requestId = this.#requestIds[index];
      lines += `${this.#stats[index]?.logLineStart(this.#status[index] ?? 0)}${this.#us[index]},"time":${this.#time[index]},"traceId":"${this.#traceId(index)}","spanId":"${this.#spanId(index)}"`;
      const parent = this.#parents[index];
      if (parent !== undefined) lines += `,"parentId":"${parent.parentId}"`;
      if (this.#sampled[index] === KEPT) {
        lines += ',"sampled":true';
        this.#addExemplar(index);
      }
      if (requestId !== undefined) lines += `,"requestId":${JSON.stringify(requestId)}`;
      lines += `,"path":${quote(this.#paths[index] ?? '')}}\n`;
      this.#paths[index] = '';
    }
    if (lines !== '') this.#sink?.(lines);
  }

  /**
   * Adds exemplars of the latest requests to their histograms, for one scrape. A request whose
   * spans were dropped is not an exemplar, because its trace can't be found.
   */
  addExemplars(): void {
    for (let back = 1; back <= Math.min(this.#count, RING); back++) {
      const index = (this.#count - back) & (RING - 1);
      if (this.#sampled[index] !== DROPPED) this.#addExemplar(index);
    }
  }

  #addExemplar(index: number): void {
    this.#stats[index]?.addExemplar(this.#status[index] ?? 0, {
      us: this.#us[index] ?? 0,
      time: this.#time[index] ?? 0,
      traceId: this.#traceId(index),
      spanId: this.#spanId(index),
    });
  }

  /** Returns spans of the latest requests, newest first. */
  spans(limit = 100): Span[] {
    const spans: Span[] = [];
    for (let back = 1; back <= Math.min(limit, this.#count, RING); back++) {
      const index = (this.#count - back) & (RING - 1);
      const stats = this.#stats[index];
      const us = this.#us[index] ?? 0;
      if (stats === undefined) continue;
      spans.push({
        traceId: this.#traceId(index),
        spanId: this.#spanId(index),
        parentId: this.#parents[index]?.parentId,
        method: stats.method,
        route: stats.route,
        version: stats.version,
        status: this.#status[index] ?? 0,
        time: (this.#time[index] ?? 0) - us / 1000,
        us,
      });
    }
    return spans;
  }

  #traceId(index: number): string {
    return (
      this.#parents[index]?.traceId ??
      traceIdAt(this.#idPools[index] ?? '', this.#idsAt[index] ?? 0)
    );
  }

  #spanId(index: number): string {
    return spanIdAt(this.#idPools[index] ?? '', this.#idsAt[index] ?? 0);
  }
}

/** Prints a string like `JSON.stringify`, at a third of its cost if the string needs no escapes. */
function quote(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 34 || code === 92 || code > 126) return JSON.stringify(text);
  }
  return `"${text}"`;
}
