import type { CallerCount } from '../../types/callers.ts';
import type { LogSink } from './recorder.ts';

/** Milliseconds after which the counts are written at the latest. */
const FLUSH_AFTER = 5000;
/** Maximum number of callers between two writes. Further ones are counted together. */
const MOST_CALLERS = 200;
/** Maximum number of user agents whose short form is kept. */
const MOST_AGENTS = 500;
const LONGEST_AGENT = 60;
const LONGEST_ASK = 40;

export const OTHER_CALLER = '_OTHER';

/** Headers of a request that identify its caller. */
export interface CallerHeaders {
  readonly target: string;
  header(name: string): string | undefined;
}

/** Counts requests by caller: the version that it requested, and its product. */
export class CallerCounts {
  readonly #sink: LogSink;
  readonly #agents = new Map<string, string>();
  #counts = new Map<string, CallerCount>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  count(request: CallerHeaders, version: string, status: number): void {
    const agent = this.#agentOf(request.header('user-agent'));
    const asked = askedVersion(request);
    const key = `${version}\n${asked}\n${agent}`;
    let entry = this.#counts.get(key);
    if (entry === undefined) {
      entry = this.#add(key, { version, asked, agent, count: 0, failed: 0 });
      this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
      (this.#timer as { unref?(): void }).unref?.();
    }
    entry.count++;
    if (status >= 500) entry.failed++;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    const callers = [...this.#counts.values()];
    this.#counts = new Map();
    this.#sink(`${JSON.stringify({ gati: 'callers', callers })}\n`);
  }

  #add(key: string, entry: CallerCount): CallerCount {
    if (this.#counts.size < MOST_CALLERS) {
      this.#counts.set(key, entry);
      return entry;
    }
    const { version } = entry;
    const rest = `${version}\n${OTHER_CALLER}`;
    const found = this.#counts.get(rest) ?? {
      ...entry,
      asked: OTHER_CALLER,
      agent: OTHER_CALLER,
    };
    this.#counts.set(rest, found);
    return found;
  }

  #agentOf(header: string | undefined): string {
    if (header === undefined) return '';
    let agent = this.#agents.get(header);
    if (agent === undefined) {
      if (this.#agents.size >= MOST_AGENTS) this.#agents.clear();
      this.#agents.set(header, (agent = toProduct(header)));
    }
    return agent;
  }
}

/** Describes the caller of a request for the line of an error. */
export const describeCaller = (request: CallerHeaders): { agent: string; asked: string } => ({
  agent: toProduct(request.header('user-agent') ?? ''),
  asked: askedVersion(request),
});

const BROWSER = /\b(Edg|OPR|Firefox|Chrome|Version)\/(\d{1,4})/g;
const BROWSERS: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari' };

/**
 * Returns the product and its version of a `User-Agent` (RFC 9110, section 10.1.5), without the
 * details that would identify a device: `curl/8.1.2`, `Chrome/142`.
 */
export function toProduct(header: string): string {
  const text = header.slice(0, 400);
  if (text.startsWith('Mozilla/')) {
    const found = [...text.matchAll(BROWSER)];
    const [, name = '', version = ''] =
      found.find(([, each]) => each !== 'Chrome') ?? found[0] ?? [];
    return name === '' ? 'Mozilla' : `${BROWSERS[name] ?? name}/${version}`;
  }
  const [product = ''] = /^[\w.@-]+(?:\/[\w.@/+-]+)?/.exec(text) ?? [];
  return product.slice(0, LONGEST_AGENT);
}

/** Returns the version as the client sent it; empty if it sent none. */
function askedVersion(request: CallerHeaders): string {
  const { target } = request;
  const at = target.indexOf('api-version=');
  const asked =
    request.header('x-api-version') ??
    (at === -1 ? '' : decode(target.slice(at + 'api-version='.length).split('&', 1)[0]!));
  return /^[\w.^~<>=*| +:-]*$/.test(asked) ? asked.slice(0, LONGEST_ASK) : OTHER_CALLER;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return OTHER_CALLER;
  }
}
