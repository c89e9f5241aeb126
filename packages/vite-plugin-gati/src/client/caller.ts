import { tell } from './calls.ts';
import { CallError } from './errors.ts';
import type { CallInfo, CallRequest, ClientOptions, ClientSettings } from './options.ts';
import { toBody, toText, toUrl } from './request.ts';
import { readResponse, toNetworkFailure } from './response.ts';
import type { AnyResult } from './result.ts';
import { pause, pauseBefore, resolveRetryPolicy } from './retry.ts';

export type Caller = (route: string, request?: CallRequest) => Promise<AnyResult>;

let lastId = 0;

/** Makes the function that all calls of a client go through. */
export function createCaller(settings: ClientSettings, options: ClientOptions = {}): Caller {
  return async (route, request = {}) => {
    const method = route.slice(0, route.indexOf(' '));
    const url = toUrl(route, request, settings, options).href;
    const headers = await toHeaders(request, settings, options);
    const body = toBody(
      request.body,
      settings.forms?.includes(route) ?? false,
      headers.get('content-type'),
    );
    if (body?.contentType && !headers.has('content-type'))
      headers.set('content-type', body.contentType);

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

    tell({ type: 'start', call });
    for (;;) {
      const { result, pauseFor } = await attempt(
        call,
        create,
        request,
        options,
        (status, retryAfter) => pauseBefore(call.attempt, status, retryAfter, policy),
      );
      if (pauseFor === undefined) {
        tell({ type: 'end', call, result, duration: performance.now() - started });
        if (!result.ok && (request.throwOnError ?? options.throwOnError))
          throw new CallError(route, result);
        return result;
      }
      await pause(pauseFor, request.signal);
      call = { ...call, attempt: call.attempt + 1 };
      tell({ type: 'retry', call, status: result.status, waited: pauseFor });
    }
  };
}

interface Attempt {
  result: AnyResult;
  /** Milliseconds until it is worth another one. */
  pauseFor?: number;
}

type Judge = (status: number, retryAfter: string | null) => number | undefined;

async function attempt(
  call: CallInfo,
  create: (signal: AbortSignal) => Request,
  request: CallRequest,
  options: ClientOptions,
  judge: Judge,
): Promise<Attempt> {
  const limit = toLimit(request.signal, request.timeout ?? options.timeout);
  const interceptors = options.interceptors ?? [];
  let stays = false;
  try {
    let prepared = create(limit.signal);
    for (const { request: intercept } of interceptors)
      prepared = (await intercept?.(prepared, call)) ?? prepared;

    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(prepared);
    } catch (error) {
      const result = toNetworkFailure(error, limit.stopped);
      return { result, pauseFor: limit.stopped === 'aborted' ? undefined : judge(0, null) };
    }
    for (const { response: intercept } of interceptors.toReversed())
      response = (await intercept?.(response, call)) ?? response;

    const pauseFor = response.ok
      ? undefined
      : judge(response.status, response.headers.get('retry-after'));
    try {
      const { result, open } = await readResponse(response, call.method, limit.release);
      stays = open;
      return { result, pauseFor };
    } catch (error) {
      const result = toNetworkFailure(error, limit.stopped);
      return {
        result,
        pauseFor:
          limit.stopped === 'aborted' || result.error.code === 'bad_response'
            ? undefined
            : judge(0, null),
      };
    }
  } finally {
    // A stream may still be aborted by the caller, but it may last.
    if (stays) limit.stopTimer();
    else limit.release();
  }
}

interface Limit {
  signal: AbortSignal;
  readonly stopped: 'timeout' | 'aborted' | undefined;
  stopTimer(): void;
  release(): void;
}

/** One signal for the caller's own and the time. */
function toLimit(outer: AbortSignal | undefined, timeout: number | undefined): Limit {
  const controller = new AbortController();
  let stopped: Limit['stopped'];
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

async function toHeaders(
  request: CallRequest,
  settings: ClientSettings,
  options: ClientOptions,
): Promise<Headers> {
  const headers = new Headers();
  const version = request.version ?? options.version ?? settings.version;
  if (version !== false) headers.set('x-api-version', version);
  const common = typeof options.headers === 'function' ? await options.headers() : options.headers;
  for (const [name, value] of [
    ...Object.entries(common ?? {}),
    ...Object.entries(request.headers ?? {}),
  ]) {
    if (value !== undefined) headers.set(name, toText(value));
  }
  if (request.idempotencyKey !== undefined) headers.set('idempotency-key', request.idempotencyKey);
  return headers;
}
