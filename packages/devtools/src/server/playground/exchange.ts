import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { MAX_SHOWN_BYTES, type ReplyEvent } from '../../api/playground.ts';
import type { AppAddress } from '../ports.ts';
import { hostOf, openRequest } from './app-address.ts';
import type { CheckedRequest } from './check-request.ts';
import { type CheckedContract, checkJson, checkResponse, eventSchema } from './check-response.ts';
import { createEventParser } from './parse-events.ts';

/** Maximum number of bytes of a response that is compared with the contract. */
const MAX_CHECKED_BYTES = 1024 * 1024;
/** Maximum number of bytes of a response. At this number, the playground ends the request. */
const MAX_COUNTED_BYTES = 256 * 1024 * 1024;

/** Maximum times in milliseconds. */
export interface ExchangeLimits {
  /** Until the head of the response. */
  head: number;
  /** Until the end of a response that is no stream. */
  whole: number;
  /** Until the end of a stream or a socket. */
  stream: number;
}

export const LIMITS: ExchangeLimits = { head: 60_000, whole: 120_000, stream: 15 * 60_000 };

export interface ExchangeOptions {
  address: AppAddress;
  /** Contract of the route, once it is known. */
  contract: Promise<CheckedContract | undefined>;
  traceId: string;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
  limits?: ExchangeLimits;
}

/** Creates the id of a trace. */
export const createTraceId = (): string => randomBytes(16).toString('hex');

/** Returns the headers of a request with those that the panel adds: its trace and its host. */
export function withOwnHeaders(
  headers: CheckedRequest['headers'],
  { address, traceId }: Pick<ExchangeOptions, 'address' | 'traceId'>,
): Record<string, string | string[]> {
  const parent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const given = Object.entries(headers).map(([name, values]) => [
    name,
    values.length === 1 ? values[0]! : values,
  ]);
  return {
    'accept-encoding': 'identity',
    traceparent: parent,
    ...Object.fromEntries(given),
    host: hostOf(address),
  };
}

/**
 * Sends a request to the app and returns its response as it arrives. The caller reads slowly if its
 * client does, and so does this function.
 */
export async function* exchange(
  request: CheckedRequest,
  options: ExchangeOptions,
): AsyncGenerator<ReplyEvent> {
  const { limits = LIMITS, signal } = options;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const late = new AbortController();
  let timer = setTimeout(() => late.abort(), limits.head);
  const extend = (milliseconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(), milliseconds);
  };
  try {
    const response = await open(request, options, AbortSignal.any([signal, late.signal]));
    const { statusCode: status = 0, statusMessage: text = '' } = response;
    yield { type: 'head', status, text, headers: pairs(response), ms: elapsed() };
    const isStream = mediaOf(response) === 'text/event-stream';
    extend(isStream ? limits.stream : limits.whole);
    if (isStream) yield* readEvents(response, options, elapsed);
    else yield* readBody(response, options, elapsed, request.method === 'HEAD');
  } catch (error) {
    if (!signal.aborted)
      yield { type: 'error', ...describeError(error, late.signal), ms: elapsed() };
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

async function open(
  request: CheckedRequest,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { method, path, body } = request;
  const headers = withOwnHeaders(request.headers, options);
  if (body !== undefined || /^(?:POST|PUT|PATCH)$/.test(method))
    headers['content-length'] = String(body?.length ?? 0);
  const sent = openRequest(options.address, { method, path, headers, signal });
  // An error after the head of the response also reaches the reader of its body.
  sent.on('error', () => {});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function* readBody(
  response: IncomingMessage,
  { contract }: ExchangeOptions,
  elapsed: () => number,
  isHead: boolean,
): AsyncGenerator<ReplyEvent> {
  let bytes = 0;
  const kept: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) {
    const room = MAX_SHOWN_BYTES - bytes;
    if (room > 0) yield { type: 'data', base64: part.subarray(0, room).toString('base64') };
    bytes += part.length;
    if (bytes <= MAX_CHECKED_BYTES) kept.push(part);
    if (bytes > MAX_COUNTED_BYTES) break;
  }
  yield {
    type: 'end',
    ms: elapsed(),
    bytes,
    contract: checkResponse(await contract, {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      body: bytes <= MAX_CHECKED_BYTES && !isHead ? Buffer.concat(kept) : undefined,
    }),
  };
}

async function* readEvents(
  response: IncomingMessage,
  { contract }: ExchangeOptions,
  elapsed: () => number,
): AsyncGenerator<ReplyEvent> {
  const known = await contract;
  const schema = eventSchema(known, response.statusCode ?? 0);
  const decoder = new TextDecoder();
  const parse = createEventParser();
  let bytes = 0;
  let differing = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    for (const event of parse(decoder.decode(part, { stream: true }))) {
      const violations =
        schema && event.event === 'message' ? checkJson(schema, known!.$defs, event.data) : [];
      if (violations.length > 0) differing++;
      yield { type: 'event', ...event, ms: elapsed(), violations };
    }
  }
  const isUnchecked = schema === undefined;
  yield {
    type: 'end',
    ms: elapsed(),
    bytes,
    contract: {
      result: isUnchecked ? 'unchecked' : differing > 0 ? 'differs' : 'fits',
      note: isUnchecked
        ? 'The contract has no stream with this status.'
        : differing > 0
          ? `${differing} events differ from the contract.`
          : 'All events fit the contract.',
      violations: [],
    },
  };
}

const mediaOf = ({ headers }: IncomingMessage): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** Returns the headers in their order, with repeated ones. */
function pairs({ rawHeaders }: IncomingMessage): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2)
    list.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return list;
}

/** Describes why the app gave no complete response. */
export function describeError(
  error: unknown,
  late?: AbortSignal,
): { code: string; detail: string } {
  if (late?.aborted) return { code: 'timeout', detail: 'The app took too long to respond.' };
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ECONNREFUSED')
    return { code: 'ECONNREFUSED', detail: 'The app does not accept connections.' };
  if (code === 'ECONNRESET')
    return {
      code: 'ECONNRESET',
      detail: 'The app closed the connection before the end of the response.',
    };
  return { code: typeof code === 'string' ? code : 'failed', detail: String(message) };
}
