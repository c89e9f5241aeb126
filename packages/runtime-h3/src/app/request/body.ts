import type { InputError } from '../../validate/explain.ts';
import { JsonError, parseJson } from '../../validate/json.ts';
import type { Exchange } from '../../types/exchange.ts';
import type { Limits } from '../../types/limits.ts';
import type { BodyKind } from '../route/body-kind.ts';
import type { Call } from './call.ts';
import { RequestError } from './request-error.ts';
import { parseUrlencodedForm } from './form-urlencoded.ts';

/** Input error of a request without the body that its contract requires. */
export const BODY_REQUIRED: InputError = {
  in: 'body',
  path: '',
  message: 'is required',
  rule: 'required',
};

/**
 * Reads a whole body of a request that has no call yet. It has a timer of its own, since the sweep
 * ends late calls only. Resolves with `undefined` when the client left.
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
      if (error === 'too_large') reject(bodyTooLargeError(limit));
      else resolve(error === 'aborted' ? undefined : bytes);
    });
  });
}

/** Error for a body above a limit in bytes. */
export function bodyTooLargeError(limit: number): RequestError {
  return new RequestError(413, 'content_too_large', {
    detail: `The body must have at most ${limit} bytes.`,
    limit,
  });
}

/** Error for a body that did not arrive within `limits.bodyTimeout`. */
export function bodyTimeoutError(): RequestError {
  return new RequestError(408, 'request_timeout', { detail: 'The body did not arrive in time.' });
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
 * Error that names the position of the mistake, but never the text: it is the client's, and may be
 * secret.
 */
function malformedJsonError({ details }: JsonError, text: string, depth: number): RequestError {
  switch (details.reason) {
    case 'depth':
      return new RequestError(400, 'too_deep', {
        detail: `The body must be nested at most ${depth} levels.`,
      });
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
