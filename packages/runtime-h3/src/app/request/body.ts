import type { InputError } from '../../validate/explain.ts';
import { JsonError, parseJson } from '../../validate/json.ts';
import type { BodyReadError, Exchange } from '../../types/exchange.ts';
import type { Limits } from '../../types/limits.ts';
import type { BodyKind } from '../route/body-kind.ts';
import type { Call } from './call.ts';
import { limitError, overloadedError, RequestError } from './request-error.ts';
import { parseUrlencodedForm } from './form-urlencoded.ts';

/** Input error of a request without the body that its contract requires. */
export const BODY_REQUIRED: InputError = {
  in: 'body',
  path: '',
  message: 'is required',
  rule: 'required',
};

/**
 * Reads a whole body of a request that has no call yet. Sets its own timer, because the sweep ends
 * only late calls. Resolves with `undefined` when the client left.
 *
 * @throws {RequestError} 408 after `limits.bodyTimeout`, 413 above `limits.body`
 */
export function readBytes(
  exchange: Exchange,
  { body: limit, bodyTimeout }: Limits,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(bodyTimeoutError()), bodyTimeout);
    exchange.onGone(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
    exchange.read(limit, (error, bytes = new Uint8Array()) => {
      clearTimeout(timer);
      if (error === undefined) resolve(bytes);
      else if (error === 'aborted') resolve(undefined);
      else reject(bodyReadError(error, 'body', limit));
    });
  });
}

/** Error for a body that is too large, or that the server has no room for. `limit` is in bytes. */
export function bodyReadError(
  error: Exclude<BodyReadError, 'aborted'>,
  name: 'body' | 'upload',
  limit: number,
): RequestError {
  if (error === 'overloaded')
    return overloadedError('bodies', 'The server reads too many bodies. Try again later.');
  const detail = `The body must have at most ${limit} bytes.`;
  return limitError(name, new RequestError(413, 'content_too_large', { detail, limit }));
}

/** Error for a body that did not arrive within `limits.bodyTimeout`. */
export function bodyTimeoutError(): RequestError {
  const detail = 'The body did not arrive in time.';
  return limitError('bodyTimeout', new RequestError(408, 'request_timeout', { detail }));
}

/** Parses the bytes of a body. The result is a promise for `multipart/form-data` only. */
export function parseBody(call: Call, kind: BodyKind | undefined, bytes: Uint8Array): unknown {
  const { limits } = call.app;
  switch (kind) {
    case 'json':
      return parseJsonBody(decodeText(call.exchange, bytes), limits.depth);
    case 'urlencoded':
      return parseUrlencodedForm(decodeText(call.exchange, bytes), limits.fields);
    case 'multipart':
      // Loaded on first use: few servers accept files.
      return import('./form-multipart.ts').then(({ parseMultipartForm }) =>
        parseMultipartForm(bytes, call.exchange.header('content-type') ?? '', limits),
      );
    case 'text':
      return decodeText(call.exchange, bytes);
    case 'bytes':
      return bytes;
    case undefined:
      return undefined;
  }
}

/**
 * Decodes UTF-8.
 *
 * @throws {RequestError} 400 when the bytes are not UTF-8
 */
export function decodeText(exchange: Exchange, bytes: Uint8Array): string {
  const text = exchange.decode(bytes);
  if (text === undefined)
    throw new RequestError(400, 'invalid_utf8', { detail: 'The body is not UTF-8.' });
  return text;
}

/**
 * Parses JSON with at most `depth` levels.
 *
 * @throws {RequestError} 400 when the text is malformed, nested too deep or has a forbidden key
 */
export function parseJsonBody(text: string, depth: number): unknown {
  try {
    return parseJson(text, depth);
  } catch (error) {
    throw error instanceof JsonError ? malformedJsonError(error, text, depth) : error;
  }
}

/**
 * Error that names the position of the mistake, but never the text, which is the client's and may
 * be secret.
 */
function malformedJsonError({ details }: JsonError, text: string, depth: number): RequestError {
  switch (details.reason) {
    case 'depth':
      return limitError(
        'depth',
        new RequestError(400, 'too_deep', {
          detail: `The body must be nested at most ${depth} levels.`,
        }),
      );
    case 'prototype':
      return new RequestError(400, 'forbidden_key', {
        detail: 'The body has a key that is not allowed.',
      });
    case 'syntax': {
      const before = text.slice(0, details.offset).split('\n');
      const place = `offset ${details.offset} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
      const what = details.offset >= text.length ? 'it ends too early, at' : 'the error is at';
      return new RequestError(400, 'malformed_json', {
        detail: `The body is not JSON: ${what} ${place}.`,
        offset: details.offset,
      });
    }
  }
}
