import type { CallerCount } from '../../types/callers.ts';
import type { LogSink } from './recorder.ts';

/** Milliseconds after which the counts are written at the latest. */
const FLUSH_AFTER = 5000;
/** Maximum number of callers between two writes. Further ones are counted together. */
const MOST_CALLERS = 200;
/** Maximum number of headers whose short form is kept. */
const MOST_PRODUCTS = 500;
const LONGEST_AGENT = 60;
const LONGEST_ASK = 40;

export const OTHER_CALLER = '_OTHER';

/** Headers of a request that identify its caller. */
export interface CallerHeaders {
  readonly target: string;
  header(name: string): string | undefined;
}

/** Header with name and version of the generated SDK that made the request. */
export const SDK_HEADER = 'x-gati-sdk';

/** Counts requests by caller: requested version, product, SDK, and the id that the guards found. */
export class CallerCounts {
  readonly #sink: LogSink;
  readonly #products = new Map<string, string>();
  #counts = new Map<string, CallerCount>();
  #subjects = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  /** @param subject hash of the id; empty if there is none */
  count(request: CallerHeaders, version: string, status: number, subject = ''): void {
    const agent = this.#productOf(request.header('user-agent'));
    const sdk = this.#productOf(request.header(SDK_HEADER));
    const asked = askedVersion(request);
    const key = keyOf(version, asked, agent, sdk, subject);
    let entry = this.#counts.get(key);
    if (entry === undefined) {
      entry = this.#add({ version, asked, agent, sdk, subject, count: 0, failed: 0 });
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
    this.#subjects = 0;
    this.#sink(`${JSON.stringify({ gati: 'callers', callers })}\n`);
  }

  #add(caller: CallerCount): CallerCount {
    for (const each of withFallbacks(caller)) {
      const { version, asked, agent, sdk, subject } = each;
      const key = keyOf(version, asked, agent, sdk, subject);
      const known = this.#counts.get(key);
      if (known !== undefined) return known;
      if (!hasRoom(each, this.#counts.size, this.#subjects, MOST_CALLERS)) continue;
      this.#counts.set(key, each);
      if (hasSubject(each)) this.#subjects++;
      return each;
    }
    return caller;
  }

  #productOf(header: string | undefined): string {
    if (header === undefined) return '';
    let product = this.#products.get(header);
    if (product === undefined) {
      if (this.#products.size >= MOST_PRODUCTS) this.#products.clear();
      this.#products.set(header, (product = toProduct(header)));
    }
    return product;
  }
}

const keyOf = (
  version: string,
  asked: string,
  agent: string,
  sdk: string,
  subject: string,
): string => `${version}\n${asked}\n${agent}\n${sdk}\n${subject}`;

/** Whether an entry is the sum of the callers over the limit. Each release has one. */
const isOther = ({ asked, agent, sdk, subject }: CallerCount): boolean =>
  subject === '' && [asked, agent, sdk].every((each) => each === OTHER_CALLER);

/** Whether a caller has the id of one subject, of which there may be many. */
const hasSubject = ({ subject }: CallerCount): boolean =>
  subject !== '' && subject !== OTHER_CALLER;

/**
 * Whether one more caller gets a separate entry. At most half of the entries have a subject, so
 * that many subjects do not displace versions and products.
 *
 * @param callers number of callers
 * @param subjects number of those with a subject
 */
export function hasRoom(
  caller: CallerCount,
  callers: number,
  subjects: number,
  most: number,
): boolean {
  if (isOther(caller)) return true;
  return callers < most && !(hasSubject(caller) && subjects >= most / 2);
}

/** Returns the caller, followed by the entries that count it if the limit is reached. */
export function withFallbacks(caller: CallerCount): CallerCount[] {
  const other = OTHER_CALLER;
  return [
    caller,
    ...(hasSubject(caller) ? [{ ...caller, subject: other }] : []),
    { ...caller, asked: other, agent: other, sdk: other, subject: '' },
  ];
}

/** Describes the caller of a request for the line of an error. */
export function describeCaller(
  request: CallerHeaders,
  subject: string | undefined,
): Pick<CallerCount, 'agent' | 'asked'> & Partial<Pick<CallerCount, 'sdk' | 'subject'>> {
  const sdk = toProduct(request.header(SDK_HEADER) ?? '');
  return {
    agent: toProduct(request.header('user-agent') ?? ''),
    asked: askedVersion(request),
    ...(sdk && { sdk }),
    ...(subject && { subject }),
  };
}

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
