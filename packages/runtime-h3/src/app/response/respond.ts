import { isJsonMediaType } from '@gati/contract/internal';
import { type ResponseContext, SENT } from '../../context/res.ts';
import { stringifyWire } from '../../validate/encode.ts';
import { explain } from '../../validate/explain.ts';
import type { Call } from '../request/call.ts';
import type { HeaderList, Payload } from '../../types/exchange.ts';
import { completeHeaders } from './headers.ts';
import { RequestError } from './problem.ts';
import { finishCall } from './finish-call.ts';
import { streamOf } from './stream.ts';

const BYTES = 'application/octet-stream';

/**
 * Sends what a handler left: what `res.json()` and its like were given, else `res.body`, else what it returned.
 * Nothing at all is 204, or the status that was assigned with no content.
 */
export function respond(call: Call, returned: unknown): void {
  const { res } = call;
  const status = res.status;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RangeError(`${status} is no status that a handler can answer with.`);
  let value = res.body;
  if (res.kind === 'open') {
    if (value === undefined && returned !== SENT) value = returned;
    if (typeof value === 'object' && value !== null) {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (
        (prototype !== Object.prototype && !Array.isArray(value)) ||
        Symbol.asyncIterator in value
      )
        return respondObject(call, status, value);
    }
  }
  if (res.kind === 'stream') return respondObject(call, status, value as object);
  // These have no content (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5), nor fields that describe one.
  if (status === 204 || status === 205 || status === 304) value = undefined;
  if (value === undefined)
    return send(
      call,
      res.kind === 'none' || res.assignedStatus !== 0 ? status : 204,
      fieldless(call),
      undefined,
    );
  if (res.kind === 'text') return sendAs(call, status, 'text/plain; charset=utf-8', String(value));
  if (typeof value === 'string' && res.kind === 'open') {
    const type = contentTypeOf(call, status) ?? 'application/json';
    if (!isJsonMediaType(type)) return sendAs(call, status, type, value);
  }
  respondJson(call, status, value);
}

/** What the handler set, or the contract says. */
function contentTypeOf(call: Call, status: number): string | undefined {
  return (
    call.res.assignedHeaders?.get('content-type') ?? call.plan?.output(status).check.contentType
  );
}

/** What is not plain data. Bytes are base64 where the answer is JSON. */
function respondObject(call: Call, status: number, value: object): void {
  if (value instanceof Response) return passThrough(call, value);
  const stream = streamOf(value);
  if (stream !== undefined) return sendStream(call, status, stream.contentType, stream.chunks);
  const type = contentTypeOf(call, status);
  if (value instanceof Blob)
    return sendStream(call, status, value.type || type || BYTES, value.stream().values());
  if (type === undefined || !isJsonMediaType(type)) {
    if (ArrayBuffer.isView(value))
      return sendAs(
        call,
        status,
        type ?? BYTES,
        new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
      );
    if (value instanceof ArrayBuffer)
      return sendAs(call, status, type ?? BYTES, new Uint8Array(value));
  }
  respondJson(call, status, value);
}

function respondJson(call: Call, status: number, value: unknown): void {
  const plan = call.plan;
  if (plan === undefined) return sendAs(call, status, 'application/json', stringifyWire(value));
  const output = plan.output(status);
  const { stringify, check } = output.check;
  let text: string | undefined;
  if (stringify !== undefined) {
    try {
      text = stringify(value);
    } catch (error) {
      call.logger.warn('an answer does not fit its contract', { route: call.route, status, error });
    }
  }
  text ??= stringifyWire(value);
  if (check !== undefined) checkStrictResponse(call, status, text, check);
  send(call, status, output.headers.slice(), text);
}

/** A strict response is checked as it goes over the wire. */
function checkStrictResponse(
  call: Call,
  status: number,
  text: string,
  check: (value: unknown) => boolean,
): void {
  const wire: unknown = JSON.parse(text);
  if (check(wire)) return;
  const schema = call.plan?.output(status).check.schema ?? {};
  const errors = explain(schema, call.release.bundle.contract.$defs, wire, 'response');
  call.logger.warn('an answer breaks its declared response', {
    code: 'GATI_RESPONSE_MISMATCH',
    route: call.route,
    status,
    errors,
  });
  if (call.app.production) return;
  throw new RequestError(500, 'invalid_response', {
    detail: `The handler's answer breaks the declared response ${status}.`,
    errors,
  });
}

function fieldless(call: Call): HeaderList {
  return call.release.headers.slice();
}

function sendAs(call: Call, status: number, contentType: string, body: Payload): void {
  send(call, status, ['content-type', contentType, ...call.release.headers], body);
}

/** `headers` is a flat list of the answer's own. */
export function send(call: Call, status: number, headers: HeaderList, body: Payload): void {
  const { exchange, requestId, cors, res } = call;
  exchange.send(status, completeHeaders(headers, requestId, cors, res.assignedHeaders), body);
  finishCall(call, status);
}

function sendStream(
  call: Call,
  status: number,
  contentType: string,
  chunks: AsyncIterator<string | Uint8Array>,
): void {
  const own = ['content-type', contentType, ...call.release.headers];
  call.isEvents = contentType === 'text/event-stream';
  // Without these a proxy or a cache may hold events back.
  if (call.isEvents) own.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
  const headers = completeHeaders(own, call.requestId, call.cors, call.res.assignedHeaders);
  call.phase = 'stream';
  call.deadline = Number.POSITIVE_INFINITY;
  call.stream = chunks;
  call.exchange.stream(status, headers, chunks, (error) => {
    if (error !== undefined)
      call.logger.error('a stream failed', { route: call.route, traceId: call.traceId, error });
    finishCall(call, status);
  });
}

/** A `Response` goes out as it is, with the framework's fields beside its own. */
function passThrough(call: Call, response: Response): void {
  const res: ResponseContext = call.res;
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') res.headers.append(name, value);
    else res.headers.set(name, value);
  }
  if (response.body === null) return send(call, response.status, fieldless(call), undefined);
  sendStream(
    call,
    response.status,
    response.headers.get('content-type') ?? BYTES,
    response.body.values(),
  );
}
