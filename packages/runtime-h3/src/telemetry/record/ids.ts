/**
 * Requests per refill. A pool has 24,576 digits, so an offset fits the 16 bits in which the ring of
 * `recorder.ts` keeps it. More than 1,365 requests would not fit.
 */
const REQUESTS = 512;
/** Random bytes per request: 16 of a trace id, 8 of a span id. */
const BYTES = 24;
const bytes = new Uint8Array(REQUESTS * BYTES);
/** Hex digits of one pool. */
const LENGTH = bytes.length * 2;
let pool = '';
let next = LENGTH;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function refill(): void {
  crypto.getRandomValues(bytes);
  const native = (globalThis as { Buffer?: typeof Buffer }).Buffer;
  if (native) pool = native.from(bytes.buffer).toString('hex');
  else {
    pool = '';
    for (const byte of bytes) pool += HEX[byte];
  }
  next = 0;
}

/**
 * Draws the ids of one request and returns their offset in {@link idPool}: 32 hex digits of a trace
 * id, then 16 of a span id.
 *
 * One call for random bytes serves many requests, since it costs more than the routing of a request.
 * The ids stay an offset until code reads them. With a string per request, the garbage collector
 * would have to move each string that the ring of spans keeps.
 */
export function drawIds(): number {
  if (next === LENGTH) refill();
  const at = next;
  next += BYTES * 2;
  return at;
}

/** Returns the pool of the latest {@link drawIds}. */
export function idPool(): string {
  return pool;
}

export function traceIdAt(pool: string, at: number): string {
  return pool.slice(at, at + 32);
}

export function spanIdAt(pool: string, at: number): string {
  return pool.slice(at + 32, at + 48);
}

/** Header `traceparent` of a request. */
export interface TraceParent {
  traceId: string;
  /** Span of the client. */
  parentId: string;
  sampled: boolean;
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

/** Parses `traceparent`. A malformed header counts as absent: W3C Trace Context, section 3.2. */
export function parseTraceParent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length < 55 || header.startsWith('ff')) return undefined;
  const match = TRACEPARENT.exec(header);
  const [, traceId = '', parentId = '', flags = ''] = match ?? [];
  if (
    match === null ||
    /^0+$/.test(traceId) ||
    /^0+$/.test(parentId) ||
    (header.startsWith('00') && header.length !== 55)
  )
    return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * Whether a client may choose this request id. Logs and response headers contain it, hence only safe
 * characters.
 */
export function isRequestId(id: string): boolean {
  return id.length <= 128 && /^[\w.:=+/@-]+$/.test(id);
}
