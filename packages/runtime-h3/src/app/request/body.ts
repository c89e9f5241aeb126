import { JsonError, parseJson } from '../../validate/json.ts';
import type { Call } from './call.ts';
import { type BodyKind, bodyKindOf, unsupportedCharset } from './media-type.ts';
import type { BodyPlan } from '../route/route-plan.ts';
import { RequestError } from '../response/problem.ts';
import { parseUrlencodedForm } from './form-urlencoded.ts';

/** Kind of the body that comes, before a byte of it is read. `undefined`: bytes that nobody declared. */
export function bodyKind(call: Call, plan: BodyPlan | undefined): BodyKind | undefined {
  const { exchange } = call;
  const encoding = exchange.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RequestError(
      415,
      'unsupported_content_encoding',
      { detail: 'The body must not be encoded.' },
      ['accept-encoding', 'identity'],
    );
  }
  const type = exchange.header('content-type');
  const kind = type === undefined ? undefined : bodyKindOf(type);
  if (plan === undefined) return kind === 'json' ? 'json' : undefined;
  if (kind === undefined || !plan.kinds.has(kind)) {
    const accepted = plan.input.contentTypes.join(', ');
    const charset = type === undefined ? undefined : unsupportedCharset(type);
    // Only what looks like a charset's name (RFC 2978, section 2.3) is repeated.
    const named =
      charset !== undefined && /^[\w!#$%&'+^`{}~.:-]{1,40}$/.test(charset)
        ? `, not ${charset}`
        : '';
    const detail =
      charset === undefined
        ? `The body must be ${accepted}.`
        : `The charset must be utf-8${named}.`;
    throw new RequestError(415, 'unsupported_media_type', { detail }, ['accept', accepted]);
  }
  return kind;
}

export function bodyTooLargeError(limit: number): RequestError {
  return new RequestError(413, 'content_too_large', {
    detail: `The body must have at most ${limit} bytes.`,
    limit,
  });
}

/** The body as its kind says; a promise only for `multipart/form-data`. */
export function parseBody(call: Call, kind: BodyKind | undefined, bytes: Uint8Array): unknown {
  const { limits } = call.app;
  switch (kind) {
    case 'json':
      return parseJsonBody(decode(call, bytes), limits.depth);
    case 'urlencoded':
      return parseUrlencodedForm(decode(call, bytes), limits.fields);
    case 'multipart':
      // Few servers take files.
      return import('./form-multipart.ts').then(({ parseMultipartForm }) =>
        parseMultipartForm(bytes, call.exchange.header('content-type') ?? '', limits),
      );
    case 'text':
      return decode(call, bytes);
    case 'bytes':
      return bytes;
    case undefined:
      return undefined;
  }
}

function decode(call: Call, bytes: Uint8Array): string {
  const text = call.exchange.decode(bytes);
  if (text === undefined)
    throw new RequestError(400, 'invalid_utf8', { detail: 'The body is not UTF-8.' });
  return text;
}

/** @throws Refusal */
export function parseJsonBody(text: string, depth: number): unknown {
  try {
    return parseJson(text, depth);
  } catch (error) {
    throw error instanceof JsonError ? malformedJsonError(error, text, depth) : error;
  }
}

/** Says where, never what: the text is the client's and may be secret. */
function malformedJsonError({ fault }: JsonError, text: string, depth: number): RequestError {
  switch (fault.reason) {
    case 'depth':
      return new RequestError(400, 'too_deep', {
        detail: `The body must be nested at most ${depth} levels.`,
      });
    case 'prototype':
      return new RequestError(400, 'forbidden_key', {
        detail: 'The body has a key that is not allowed.',
      });
    case 'syntax': {
      const before = text.slice(0, fault.offset).split('\n');
      const place = `offset ${fault.offset} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
      const what = fault.offset >= text.length ? 'it ends too early, at' : 'the fault is at';
      return new RequestError(400, 'malformed_json', {
        detail: `The body is not JSON: ${what} ${place}.`,
        offset: fault.offset,
      });
    }
  }
}
