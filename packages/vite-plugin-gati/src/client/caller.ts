import { emit } from './calls.ts';
import { type AnyCredentials, addCredentials } from './credentials.ts';
import { CallError } from './errors.ts';
import type { CallInfo, CallRequest, ClientOptions, ClientSettings } from './options.ts';
import { formOf, toBody, toUrl } from './request.ts';
import { readResponse, toNetworkFailure } from './response.ts';
import type { AnyResult } from './result.ts';
import { toListText, toText } from './text.ts';
import { pause, pauseBefore, resolveRetryPolicy } from './retry.ts';

/** Calls a route by its id. */
export type Caller = (route: string, request?: CallRequest) => Promise<AnyResult>;

let lastId = 0;

/** Creates the function that sends all calls of a client. */
export function createCaller(
  settings: ClientSettings,
  options: ClientOptions & AnyCredentials = {},
): Caller {
  return async (route, request = {}) => {
    const method = route.slice(0, route.indexOf(' '));
    const target = toUrl(route, request, settings, options);
    const headers = await buildHeaders(route, request, settings, options);
    await addCredentials(route, target, headers, settings, options);
    const url = target.href;
    const body = toBody(
      request.body,
      settings.forms?.includes(route) ?? false,
      headers.get('content-type'),
      settings.fields?.[route]?.body,
    );
    if (body?.contentType && !headers.has('content-type'))
      headers.set('content-type', body.contentType);

    // A stream can be sent only once.
    const once = body?.content instanceof ReadableStream;
    const policy = once
      ? resolveRetryPolicy(false, method, false)
      : resolveRetryPolicy(request.retry ?? options.retry, method, headers.has('idempotency-key'));
    const started = performance.now();
    let call: CallInfo = { id: ++lastId, route, method, url, attempt: 1 };
    const create = (signal: AbortSignal): Request =>
      new Request(url, {
        method,
        headers,
        body: body?.content,
        credentials: options.credentials,
        signal,
        ...(once && { duplex: 'half' }),
      } as RequestInit);

    emit({ type: 'start', call, headers });
    for (;;) {
      const { result, pauseFor } = await attempt(
        call,
        create,
        request,
        options,
        (status, retryAfter) => pauseBefore(call.attempt, status, retryAfter, policy),
      );
      if (pauseFor === undefined) {
        emit({ type: 'end', call, result, duration: performance.now() - started });
        if (!result.ok && (request.throwOnError ?? options.throwOnError))
          throw new CallError(route, result);
        return result;
      }
      await pause(pauseFor, request.signal);
      call = { ...call, attempt: call.attempt + 1 };
      emit({ type: 'retry', call, status: result.status, waited: pauseFor });
    }
  };
}

interface Attempt {
  result: AnyResult;
  /** Milliseconds before another attempt; absent if the result is final. */
  pauseFor?: number;
}

type PauseFor = (status: number, retryAfter: string | null) => number | undefined;

async function attempt(
  call: CallInfo,
  create: (signal: AbortSignal) => Request,
  request: CallRequest,
  options: ClientOptions,
  pauseBeforeRetry: PauseFor,
): Promise<Attempt> {
  const limit = createAttemptLimit(request.signal, request.timeout ?? options.timeout);
  const interceptors = options.interceptors ?? [];
  let streams = false;
  try {
    let prepared = create(limit.signal);
    for (const { request: intercept } of interceptors)
      prepared = (await intercept?.(prepared, call)) ?? prepared;

    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(prepared);
    } catch (error) {
      const result = toNetworkFailure(error, limit.stopped);
      return {
        result,
        pauseFor: limit.stopped === 'aborted' ? undefined : pauseBeforeRetry(0, null),
      };
    }
    for (const { response: intercept } of interceptors.toReversed())
      response = (await intercept?.(response, call)) ?? response;

    const pauseFor = response.ok
      ? undefined
      : pauseBeforeRetry(response.status, response.headers.get('retry-after'));
    try {
      const { result, open } = await readResponse(response, call.method, limit.release);
      streams = open;
      return { result, pauseFor };
    } catch (error) {
      const result = toNetworkFailure(error, limit.stopped);
      return {
        result,
        pauseFor:
          limit.stopped === 'aborted' || result.error.code === 'bad_response'
            ? undefined
            : pauseBeforeRetry(0, null),
      };
    }
  } finally {
    // The caller may still abort a stream, but the timeout no longer applies to it.
    if (streams) limit.stopTimer();
    else limit.release();
  }
}

interface AttemptLimit {
  signal: AbortSignal;
  readonly stopped: 'timeout' | 'aborted' | undefined;
  stopTimer(): void;
  release(): void;
}

/** Combines the signal of the caller and the timeout into one signal. */
function createAttemptLimit(
  outer: AbortSignal | undefined,
  timeout: number | undefined,
): AttemptLimit {
  const controller = new AbortController();
  let stopped: AttemptLimit['stopped'];
  const stop = (why: 'timeout' | 'aborted', reason?: unknown): void => {
    stopped ??= why;
    controller.abort(reason);
  };
  const onAbort = (): void => stop('aborted', outer?.reason);
  const timer = timeout === undefined ? undefined : setTimeout(() => stop('timeout'), timeout);
  if (outer?.aborted) onAbort();
  else outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    get stopped() {
      return stopped;
    },
    stopTimer: () => clearTimeout(timer),
    release() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

async function buildHeaders(
  route: string,
  request: CallRequest,
  settings: ClientSettings,
  options: ClientOptions,
): Promise<Headers> {
  const headers = new Headers();
  const version = request.version ?? options.version ?? settings.version;
  if (version !== false) headers.set('x-api-version', version);
  if (settings.sdk) headers.set('x-gati-sdk', `${settings.sdk}/${settings.version}`);
  const common = typeof options.headers === 'function' ? await options.headers() : options.headers;
  for (const [name, value] of Object.entries(common ?? {}))
    if (value !== undefined) headers.set(name, toText(value));
  const forms = settings.fields?.[route]?.headers;
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const text = toListText(route, name, value, formOf(forms, name.toLowerCase()));
    if (text !== undefined) headers.set(name, text);
  }
  if (request.idempotencyKey !== undefined) headers.set('idempotency-key', request.idempotencyKey);
  return headers;
}
