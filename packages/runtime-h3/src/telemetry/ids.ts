const POOL = 512;
const BYTES = 24;
const bytes = new Uint8Array(POOL * BYTES);
let hex = '';
let at = POOL;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function refill(): void {
  crypto.getRandomValues(bytes);
  const native = (globalThis as { Buffer?: typeof Buffer }).Buffer;
  if (native) hex = native.from(bytes.buffer).toString('hex');
  else {
    hex = '';
    for (const byte of bytes) hex += HEX[byte];
  }
  at = 0;
}

/** 48 random hex digits: 32 of a trace id and 16 of a span id. Drawn many at a time, since one call for entropy costs more than a request's routing. */
export function drawIds(): string {
  if (at === POOL) refill();
  const from = at++ * BYTES * 2;
  return hex.slice(from, from + BYTES * 2);
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
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(parentId) || (header.startsWith('00') && header.length !== 55))
    return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** An id from outside is written into logs and answers, so only a plain one is taken. */
export function isRequestId(id: string): boolean {
  return id.length <= 128 && /^[\w.:=+/@-]+$/.test(id);
}
