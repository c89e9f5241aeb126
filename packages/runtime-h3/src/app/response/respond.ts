import { isJsonMediaType, PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import { type ResponseContext, SENT } from '../../context/res.ts';
import { EncodeError, LostValueError, stringifyWire } from '../../validate/encode.ts';
import { explain, type InputError } from '../../validate/explain.ts';
import { isStandardSchema, runSchema, type SchemaResult } from '../../validate/standard-schema.ts';
import type { Call } from '../request/call.ts';
import {
  type HeaderList,
  LARGE_BODY,
  type Payload,
  type SharedHeaders,
} from '../../types/exchange.ts';
import type { StandardSchema } from '../../types/standard-schema.ts';
import type { OutputPlan } from '../route/route-plan.ts';
import { pushChallenges } from './challenges.ts';
import { completeHeaders } from './headers.ts';
import { printProblem } from './problem.ts';
import { RequestError } from '../request/request-error.ts';
import { finishCall } from '../request/finish-call.ts';
import { streamOf } from './stream.ts';

const BYTES = 'application/octet-stream';

/**
 * Sends the result of a handler: the argument of `res.json()`, `res.text()` or `res.stream()`, else
 * `res.body`, else the returned value. Without any of them the response is 204, or has the assigned
 * status and no content. Returns a promise only where the schema value validates asynchronously.
 *
 * @throws {RangeError} when the assigned status is not an integer from 200 to 599
 */
export function respond(call: Call, returned: unknown): Promise<void> | undefined {
  const { res } = call;
  const status = res.status;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RangeError(`${status} is not a status that a handler can respond with.`);
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
  // These statuses have no content (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5), and no headers
  // that describe content.
  if (status === 204 || status === 205 || status === 304) value = undefined;
  if (value === undefined)
    return send(
      call,
      res.kind === 'none' || res.assignedStatus !== 0 ? status : 204,
      call.release.headers.slice(),
      undefined,
    );
  if (res.kind === 'text') return sendAs(call, status, 'text/plain; charset=utf-8', String(value));
  if (typeof value === 'string' && res.kind === 'open') {
    const type = contentTypeOf(call, status) ?? 'application/json';
    if (!isJsonMediaType(type)) return sendAs(call, status, type, value);
  }
  return respondJson(call, status, value);
}

/** Returns the content type that the handler set, else the one in the contract. */
function contentTypeOf(call: Call, status: number): string | undefined {
  return (
    call.res.assignedHeaders?.get('content-type') ?? call.plan?.output(status).check.contentType
  );
}

/** Sends an object that is not plain data. Bytes become base64 where the response is JSON. */
function respondObject(call: Call, status: number, value: object): Promise<void> | undefined {
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
  return respondJson(call, status, value);
}

function respondJson(call: Call, status: number, value: unknown): Promise<void> | undefined {
  const plan = call.plan;
  if (plan === undefined)
    return sendAs(call, status, 'application/json', stringifyResponse(call, status, value));
  const output = plan.output(status);
  const { validator } = output.check;
  if (isStandardSchema(validator)) return respondBySchema(call, status, value, output, validator);
  sendJson(call, status, value, output);
}

/** Validates `value` with the schema value of this status, and sends the result. */
function respondBySchema(
  call: Call,
  status: number,
  value: unknown,
  output: OutputPlan,
  validator: StandardSchema,
): Promise<void> | undefined {
  const take = (result: SchemaResult): undefined => {
    if (result.errors !== undefined) reportMismatch(call, status, result.errors);
    sendJson(call, status, result.errors === undefined ? result.value : value, output);
  };
  const result = runSchema(validator, value, 'response');
  if (!(result instanceof Promise)) return take(result);
  return result.then((settled) => {
    if (call.phase === 'handler') take(settled);
  });
}

function sendJson(call: Call, status: number, value: unknown, output: OutputPlan): undefined {
  const { stringify, check } = output.check;
  let text: string | undefined;
  if (stringify !== undefined) {
    try {
      text = stringify(value);
    } catch (error) {
      if (!(error instanceof EncodeError))
        call.logger.warn('a response does not match its contract', {
          route: call.route,
          status,
          error,
        });
    }
  }
  text ??= stringifyResponse(call, status, value);
  if (check !== undefined) checkStrictResponse(call, status, text, check);
  sendText(call, status, output.headers, text);
}

/**
 * Prints a response as JSON. In production, a value without a form in JSON is logged and sent as
 * `null` or `{}`, so that the client gets the rest.
 *
 * @throws {LostValueError} except in production
 */
function stringifyResponse(call: Call, status: number, value: unknown): string {
  try {
    return stringifyWire(value);
  } catch (error) {
    if (!(error instanceof LostValueError) || !call.app.production) throw error;
    call.logger.warn('a response contains a value that has no form in JSON', {
      route: call.route,
      status,
      error,
    });
    return stringifyWire(value, true);
  }
}

/**
 * Checks a strict response in the form in which it is sent.
 *
 * @throws {RequestError} 500 when it does not match, except in production
 */
function checkStrictResponse(
  call: Call,
  status: number,
  text: string,
  check: (value: unknown) => boolean,
): void {
  const wire: unknown = JSON.parse(text);
  if (check(wire)) return;
  const schema = call.plan?.output(status).check.schema ?? {};
  reportMismatch(
    call,
    status,
    explain(schema, call.release.bundle.contract.$defs, wire, 'response'),
  );
}

/** @throws {RequestError} 500, except in production */
function reportMismatch(call: Call, status: number, errors: InputError[]): void {
  call.logger.warn('a response does not match its declaration', {
    code: 'GATI_RESPONSE_MISMATCH',
    route: call.route,
    status,
    errors,
  });
  if (call.app.production) return;
  throw new RequestError(500, 'invalid_response', {
    detail: `The handler's response does not match the declared response ${status}.`,
    errors,
  });
}

function sendAs(call: Call, status: number, contentType: string, body: Payload): undefined {
  send(call, status, ['content-type', contentType, ...call.release.headers], body);
}

/** Sends a response and ends the call. `headers` must have the release headers. */
export function send(call: Call, status: number, headers: HeaderList, body: Payload): undefined {
  if (body !== undefined && body.length >= LARGE_BODY && !call.exchange.takeRoom(body.length))
    return sendOverloaded(call);
  const { exchange, requestId, cors, res } = call;
  if (status === 401) pushChallenges(call, headers);
  const all = completeHeaders(headers, requestId, cors, res.assignedHeaders);
  call.app.tracer?.capture?.keepResponse(call, all, body);
  const sent = exchange.send(status, all, body);
  if (sent === undefined) return finishCall(call, status);
  // The response of a migrated release: the deadline no longer applies.
  call.phase = 'stream';
  call.deadline = Number.POSITIVE_INFINITY;
  call.app.waitUntil(
    sent.then((status) => finishCall(call, status)),
    call.logger,
  );
}

/** Sends a text with headers that many responses have. */
function sendText(call: Call, status: number, headers: SharedHeaders, text: string): undefined {
  const { app, exchange, requestId, cors, res } = call;
  const now = performance.now();
  if (
    // Only `send` keeps the response for a capture.
    app.tracer?.capture === undefined &&
    cors === undefined &&
    res.assignedHeaders === undefined &&
    status !== 401 &&
    exchange.sendShared?.(status, headers, requestId, text, now) === true
  )
    return finishCall(call, status, now);
  send(call, status, headers.list.slice(), text);
}

/** The clients of other responses read too slowly: there is no room for a further large one. */
function sendOverloaded(call: Call): undefined {
  call.res.assignedHeaders = undefined;
  const text = printProblem(503, 'overloaded', {
    detail: 'Too many responses wait for their clients. Try again later.',
  });
  const own = ['content-type', PROBLEM_MEDIA_TYPE, 'retry-after', '1', ...call.release.headers];
  send(call, 503, own, text);
}

function sendStream(
  call: Call,
  status: number,
  contentType: string,
  chunks: AsyncIterator<string | Uint8Array>,
): undefined {
  const own = ['content-type', contentType, ...call.release.headers];
  call.isEvents = contentType === 'text/event-stream';
  // Without these headers a proxy or a cache may hold events back.
  if (call.isEvents) own.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
  if (status === 401) pushChallenges(call, own);
  const headers = completeHeaders(own, call.requestId, call.cors, call.res.assignedHeaders);
  call.phase = 'stream';
  call.deadline = Number.POSITIVE_INFINITY;
  const { tracer } = call.app;
  const traced = tracer === undefined ? chunks : tracer.enterEach(call, chunks);
  tracer?.capture?.keepResponse(call, headers, 'stream');
  call.stream = traced;
  call.exchange.stream(status, headers, traced, (error) => {
    if (error !== undefined)
      call.logger.error('a stream failed', {
        route: call.route,
        version: call.version,
        traceId: call.traceId,
        error,
      });
    finishCall(call, status);
  });
}

/** Sends a `Response` as it is, with the headers of the framework added. */
function passThrough(call: Call, response: Response): undefined {
  const res: ResponseContext = call.res;
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') res.headers.append(name, value);
    else res.headers.set(name, value);
  }
  if (response.body === null)
    return send(call, response.status, call.release.headers.slice(), undefined);
  sendStream(
    call,
    response.status,
    response.headers.get('content-type') ?? BYTES,
    response.body.values(),
  );
}
