import type { RouteStats } from './stats.ts';

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

/**
 * What every request leaves behind: a histogram's count, a span in a ring, a line in the access log.
 * Facts go to parallel arrays and become text many at a time, so that a request pays for stores only.
 */
export class Recorder {
  readonly #sink: LogSink | undefined;
  readonly #stats: RouteStats[] = [];
  readonly #status = new Uint16Array(BATCH);
  readonly #us = new Float64Array(BATCH);
  readonly #time = new Float64Array(BATCH);
  readonly #ids: string[] = [];
  readonly #requestIds: (string | undefined)[] = [];
  readonly #paths: string[] = [];
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #ringStats: (RouteStats | undefined)[] = Array.from({ length: RING });
  readonly #ringIds: string[] = Array.from({ length: RING }, () => '');
  readonly #ringParents: (string | undefined)[] = Array.from({ length: RING });
  readonly #ringStatus = new Uint16Array(RING);
  readonly #ringUs = new Float64Array(RING);
  readonly #ringTime = new Float64Array(RING);
  #ringAt = 0;

  constructor(sink: LogSink | undefined) {
    this.#sink = sink;
  }

  /** `ids` is a trace id and a span id in one. `time` is the end, in epoch milliseconds. */
  record(
    stats: RouteStats,
    status: number,
    us: number,
    time: number,
    ids: string,
    parent: string | undefined,
    requestId: string | undefined,
    path: string,
  ): void {
    stats.observe(status, us);
    const slot = this.#ringAt++ & (RING - 1);
    this.#ringStats[slot] = stats;
    this.#ringIds[slot] = ids;
    this.#ringParents[slot] = parent;
    this.#ringStatus[slot] = status;
    this.#ringUs[slot] = us;
    this.#ringTime[slot] = time;
    if (this.#sink === undefined) return;
    const at = this.#count;
    this.#stats[at] = stats;
    this.#status[at] = status;
    this.#us[at] = us;
    this.#time[at] = time;
    this.#ids[at] = ids;
    this.#requestIds[at] = requestId;
    this.#paths[at] = path;
    this.#count = at + 1;
    if (at + 1 === BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let lines = '';
    for (let at = 0; at < this.#count; at++) {
      const ids = this.#ids[at] ?? '';
      const requestId = this.#requestIds[at];
      lines += `${this.#stats[at]?.head(this.#status[at] ?? 0)}${this.#us[at]},"time":${this.#time[at]},"traceId":"${ids.slice(0, 32)}","spanId":"${ids.slice(32)}"`;
      if (requestId !== undefined) lines += `,"requestId":${JSON.stringify(requestId)}`;
      lines += `,"path":${quote(this.#paths[at] ?? '')}}\n`;
    }
    this.#count = 0;
    if (lines !== '') this.#sink?.(lines);
  }

  /** The last requests, newest first. */
  spans(limit = 100): Span[] {
    const spans: Span[] = [];
    for (let back = 1; back <= Math.min(limit, this.#ringAt, RING); back++) {
      const slot = (this.#ringAt - back) & (RING - 1);
      const stats = this.#ringStats[slot];
      const ids = this.#ringIds[slot] ?? '';
      const us = this.#ringUs[slot] ?? 0;
      if (stats === undefined) continue;
      spans.push({
        traceId: ids.slice(0, 32),
        spanId: ids.slice(32),
        parentId: this.#ringParents[slot],
        method: stats.method,
        route: stats.route,
        version: stats.version,
        status: this.#ringStatus[slot] ?? 0,
        time: (this.#ringTime[slot] ?? 0) - us / 1000,
        us,
      });
    }
    return spans;
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
