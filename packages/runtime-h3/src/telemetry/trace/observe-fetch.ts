import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { errorType } from './error-type.ts';
import { OUTGOING, type OutgoingRequest } from './span-table.ts';
import type { OpenSpan } from './trace.ts';
import type { Tracer } from './tracer.ts';

/** The part of undici's request that is used. Relies on: its shape and `addHeader`, which undici 6 to 8 have. */
interface UndiciRequest {
  origin: string | URL;
  path: string;
  method: string;
  headers: unknown;
  addHeader?(name: string, value: string): unknown;
}

/**
 * Observes outgoing requests of the global `fetch` and of undici, and sends `traceparent` and
 * `tracestate` with them. Returns a function that ends it.
 *
 * @see https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
export function observeFetch(tracer: Tracer): () => void {
  const spans = new WeakMap<object, OpenSpan>();
  const listeners = {
    'undici:request:create'({ request }: { request: UndiciRequest }) {
      const span = tracer.open(OUTGOING, {
        method: request.method,
        origin: String(request.origin),
        path: request.path,
      });
      const scope = span ?? tracer.current;
      if (scope !== undefined) addTraceHeaders(tracer, scope, request);
      if (span !== undefined) spans.set(request, span);
    },
    'undici:request:headers'({
      request,
      response,
    }: {
      request: object;
      response: { statusCode: number };
    }) {
      const span = spans.get(request);
      if (span === undefined) return;
      (span.detail as OutgoingRequest).status = response.statusCode;
      // Ends here, because code that does not read the body would never end the span.
      tracer.end(span, response.statusCode >= 400 ? String(response.statusCode) : undefined);
    },
    'undici:request:trailers'({ request }: { request: object }) {
      const span = spans.get(request);
      if (span?.trace.isKept === undefined && span !== undefined) span.end = performance.now();
    },
    'undici:request:error'({ request, error }: { request: object; error: unknown }) {
      const span = spans.get(request);
      if (span !== undefined) tracer.end(span, errorType(error));
    },
  };
  const entries = Object.entries(listeners) as [string, (message: unknown) => void][];
  for (const [name, listener] of entries) subscribe(name, listener);
  return () => {
    for (const [name, listener] of entries) unsubscribe(name, listener);
  };
}

function addTraceHeaders(tracer: Tracer, span: OpenSpan, request: UndiciRequest): void {
  // The app may continue a trace itself.
  if (typeof request.addHeader !== 'function' || hasTraceParent(request.headers)) return;
  request.addHeader('traceparent', tracer.traceParent(span));
  const { parent, traceState } = span.trace.owner;
  if (parent !== undefined && isTraceState(traceState)) request.addHeader('tracestate', traceState);
}

/** Headers are a list of names and values, or the text of a head in old versions. */
function hasTraceParent(headers: unknown): boolean {
  if (typeof headers === 'string') return /^traceparent:/im.test(headers);
  return (
    Array.isArray(headers) &&
    headers.some((name, index) => index % 2 === 0 && /^traceparent$/i.test(String(name)))
  );
}

/** Printable characters, within the length that W3C Trace Context 3.3.1.5 asks to pass on. */
function isTraceState(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= 512 && /^[\x20-\x7e\t]+$/.test(text);
}
