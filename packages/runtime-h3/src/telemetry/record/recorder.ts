import { spanIdAt, type TraceParent, traceIdAt } from './ids.ts';
import type { RouteStats } from './route-stats.ts';

const BATCH = 512;
const RING = 4096;
const FLUSH_AFTER = 100;

/** Takes complete lines, each ended by `\n`. */
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

/** What tells one request from the others. */
export interface TracedRequest {
  /** Its own ids are the 48 digits from `idAt` on. */
  readonly idPool: string;
  readonly idAt: number;
  /** Where the caller sent one, its trace is this request's too. */
  readonly parent: TraceParent | undefined;
  /** The caller's own id of the request, if it is a plain one. */
  readonly givenId: string | undefined;
  readonly path: string;
}

/**
 * What every request leaves behind: a histogram's count, a span in a ring, a line in the access log.
 * Facts go to the ring's parallel arrays once and become text many at a time, so that a request pays for stores only.
 */
export class Recorder {
  readonly #sink: LogSink | undefined;
  readonly #stats: (RouteStats | undefined)[] = Array.from({ length: RING });
  readonly #status = new Uint16Array(RING);
  readonly #us = new Float64Array(RING);
  readonly #time = new Float64Array(RING);
  readonly #idPools: string[] = Array.from({ length: RING }, () => '');
  readonly #idsAt = new Uint16Array(RING);
  readonly #parents: (TraceParent | undefined)[] = Array.from({ length: RING });
  readonly #requestIds: (string | undefined)[] = Array.from({ length: RING });
  /** Only until they are logged: a path may be long. */
  readonly #paths: string[] = Array.from({ length: RING }, () => '');
  /** How many requests there were. */
  #count = 0;
  /** How many of them are logged. */
  #logged = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LogSink | undefined) {
    this.#sink = sink;
  }

  /** `time` is the end, in epoch milliseconds. */
  record(
    stats: RouteStats,
    status: number,
    us: number,
    time: number,
    request: TracedRequest,
  ): void {
    stats.observe(status, us);
    const slot = this.#count++ & (RING - 1);
    this.#stats[slot] = stats;
    this.#status[slot] = status;
    this.#us[slot] = us;
    this.#time[slot] = time;
    this.#idPools[slot] = request.idPool;
    this.#idsAt[slot] = request.idAt;
    this.#parents[slot] = request.parent;
    if (this.#sink === undefined) return;
    this.#requestIds[slot] = request.givenId;
    this.#paths[slot] = request.path;
    if (this.#count - this.#logged === BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let lines = '';
    for (; this.#logged < this.#count; this.#logged++) {
      const slot = this.#logged & (RING - 1);
      const requestId = this.#requestIds[slot];
      lines += `${this.#stats[slot]?.logLineStart(this.#status[slot] ?? 0)}${this.#us[slot]},"time":${this.#time[slot]},"traceId":"${this.#traceId(slot)}","spanId":"${this.#spanId(slot)}"`;
      if (requestId !== undefined) lines += `,"requestId":${JSON.stringify(requestId)}`;
      lines += `,"path":${quote(this.#paths[slot] ?? '')}}\n`;
      this.#paths[slot] = '';
    }
    if (lines !== '') this.#sink?.(lines);
  }

  /** The last requests, newest first. */
  spans(limit = 100): Span[] {
    const spans: Span[] = [];
    for (let back = 1; back <= Math.min(limit, this.#count, RING); back++) {
      const slot = (this.#count - back) & (RING - 1);
      const stats = this.#stats[slot];
      const us = this.#us[slot] ?? 0;
      if (stats === undefined) continue;
      spans.push({
        traceId: this.#traceId(slot),
        spanId: this.#spanId(slot),
        parentId: this.#parents[slot]?.parentId,
        method: stats.method,
        route: stats.route,
        version: stats.version,
        status: this.#status[slot] ?? 0,
        time: (this.#time[slot] ?? 0) - us / 1000,
        us,
      });
    }
    return spans;
  }

  #traceId(slot: number): string {
    return (
      this.#parents[slot]?.traceId ?? traceIdAt(this.#idPools[slot] ?? '', this.#idsAt[slot] ?? 0)
    );
  }

  #spanId(slot: number): string {
    return spanIdAt(this.#idPools[slot] ?? '', this.#idsAt[slot] ?? 0);
  }
}

/** `JSON.stringify` of what needs no escape, at a third of its price. */
function quote(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 34 || code === 92 || code > 126) return JSON.stringify(text);
  }
  return `"${text}"`;
}
