import { readEvents } from './events.ts';
import { isJsonMediaType } from './media-type.ts';
import type { AnyResult, NetworkError, NetworkFailure, Problem } from './result.ts';

export interface Read {
  result: AnyResult;
  /** Whether the body is still arriving. `onEnd` reports its end, for server-sent events only. */
  open: boolean;
}

/**
 * Reads a response by its content type: JSON is parsed, text is a string, server-sent events are an
 * iterable, `application/octet-stream` is a stream, and the rest is a `Blob`.
 */
export async function readResponse(
  response: Response,
  method: string,
  onEnd: () => void,
): Promise<Read> {
  const { status, headers } = response;
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const base = { status, headers, response };
  const empty =
    method === 'HEAD' ||
    status === 204 ||
    status === 205 ||
    status === 304 ||
    response.body === null;

  if (!response.ok)
    return {
      result: {
        ok: false,
        ...readError(response, type, empty ? '' : await response.text()),
        ...base,
      },
      open: false,
    };
  if (empty) return { result: { ok: true, data: undefined, ...base }, open: false };
  if (type === 'text/event-stream')
    return { result: { ok: true, data: readEvents(response.body!, onEnd), ...base }, open: true };
  if (type === 'application/octet-stream')
    return { result: { ok: true, data: response.body, ...base }, open: true };
  if (isJsonMediaType(type))
    return { result: { ok: true, data: toData(await response.text()), ...base }, open: false };
  if (type.startsWith('text/'))
    return { result: { ok: true, data: await response.text(), ...base }, open: false };
  const blob = await response.blob();
  return {
    result: { ok: true, data: type === '' && blob.size === 0 ? undefined : blob, ...base },
    open: false,
  };
}

/**
 * Reads the body of a response that is not ok. A response that the app did not send, such as the
 * page of a proxy, becomes a problem too.
 */
function readError(
  { status, statusText }: Response,
  type: string,
  text: string,
): { error: unknown; problem: Problem } {
  const problem: Problem = {
    type: 'about:blank',
    title: statusText || `Status ${status}`,
    status,
    code: `http_${status}`,
  };
  if (text !== '' && isJsonMediaType(type)) {
    try {
      const error = JSON.parse(text) as unknown;
      return {
        error,
        problem: { ...problem, ...(type === PROBLEM ? (error as object) : detailOf(error)) },
      };
    } catch {
      // The text is not JSON, although its content type says so.
    }
  }
  if (text !== '' && type !== 'text/html') problem.detail = text.slice(0, 1000);
  return { error: text !== '' && type === 'text/plain' ? text : problem, problem };
}

const PROBLEM = 'application/problem+json';

/** Returns the message in the body of a handler, such as `{ error: 'ReservationFailed' }`. */
function detailOf(body: unknown): { detail?: string } {
  const { detail, message, error } = Object(body) as Record<string, unknown>;
  const text = [detail, message, error].find((value) => typeof value === 'string');
  return text === undefined ? {} : { detail: text as string };
}

class BadResponse extends Error {}

function toData(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadResponse('the response claims to be JSON but is not', { cause });
  }
}

/** Describes an attempt without a response, or with one that can't be read. */
export function toNetworkFailure(cause: unknown, stopped?: 'timeout' | 'aborted'): NetworkFailure {
  const bad = cause instanceof BadResponse;
  const code: NetworkError['code'] = stopped ?? (bad ? 'bad_response' : 'network');
  const message =
    code === 'timeout'
      ? 'the response took too long'
      : code === 'aborted'
        ? 'the call was aborted'
        : String((cause as Error | undefined)?.message ?? cause);
  return {
    ok: false,
    status: 0,
    error: { code, message, cause },
    problem: { type: 'about:blank', title: 'No response', status: 0, code, detail: message },
    headers: undefined,
    response: undefined,
  };
}
