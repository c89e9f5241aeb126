const REQUESTS = 512;
const BYTES = 24;
const bytes = new Uint8Array(REQUESTS * BYTES);
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
 * Draws the ids of one request: where they begin in {@link idPool}, 32 hex digits of a trace id and 16 of a span id. The random digits
 * are drawn many at a time, since one call for entropy costs more than a request's routing, and are not cut out before somebody
 * reads them: a string of each request that the ring of spans keeps would have to be moved by the garbage collector.
 */
export function drawIds(): number {
  if (next === LENGTH) refill();
  const at = next;
  next += BYTES * 2;
  return at;
}

/** What the last {@link drawIds} drew from. */
export function idPool(): string {
  return pool;
}

export function traceIdAt(from: string, at: number): string {
  return from.slice(at, at + 32);
}

export function spanIdAt(from: string, at: number): string {
  return from.slice(at + 32, at + 48);
}

export interface TraceParent {
  traceId: string;
  /** Span of the caller. */
  parentId: string;
  sampled: boolean;
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

/** W3C Trace Context, section 3.2. What is malformed is as if it were absent. */
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

/** An id from outside is written into logs and answers, so only a plain one is taken. */
export function isRequestId(id: string): boolean {
  return id.length <= 128 && /^[\w.:=+/@-]+$/.test(id);
}
