import { readEvents } from './events.ts';
import { isJsonMediaType } from './media-type.ts';
import type { AnyResult, NetworkError, NetworkFailure, Problem } from './result.ts';

export interface Read {
  result: AnyResult;
  /** The body is still arriving; `onEnd` is called when it has ended, where that can be seen. */
  open: boolean;
}

/** Reads an answer by its content type: JSON, text, events as an iterable, other streams as they are, the rest as a `Blob`. */
export async function readResponse(
  response: Response,
  method: string,
  onEnd: () => void,
): Promise<Read> {
  const { status, headers } = response;
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const answer = { status, headers, response };
  const empty =
    method === 'HEAD' ||
    status === 204 ||
    status === 205 ||
    status === 304 ||
    response.body === null;

  if (!response.ok)
    return {
      result: { ok: false, error: await readError(response, type, empty), ...answer },
      open: false,
    };
  if (empty) return { result: { ok: true, data: undefined, ...answer }, open: false };
  if (type === 'text/event-stream')
    return { result: { ok: true, data: readEvents(response.body!, onEnd), ...answer }, open: true };
  if (type === 'application/octet-stream')
    return { result: { ok: true, data: response.body, ...answer }, open: true };
  if (isJsonMediaType(type))
    return { result: { ok: true, data: toData(await response.text()), ...answer }, open: false };
  if (type.startsWith('text/'))
    return { result: { ok: true, data: await response.text(), ...answer }, open: false };
  const blob = await response.blob();
  return {
    result: { ok: true, data: type === '' && blob.size === 0 ? undefined : blob, ...answer },
    open: false,
  };
}

/** The body of an answer that is not ok. What is no answer of the app (a proxy's page, nothing at all) becomes a problem too. */
async function readError(response: Response, type: string, empty: boolean): Promise<unknown> {
  const text = empty ? '' : await response.text();
  if (isJsonMediaType(type) && text !== '') {
    try {
      return JSON.parse(text);
    } catch {
      // Told below: it says JSON and is none.
    }
  } else if (type === 'text/plain' && text !== '') return text;
  const { status, statusText } = response;
  const problem: Problem = {
    type: 'about:blank',
    title: statusText || `Status ${status}`,
    status,
    code: `http_${status}`,
  };
  if (text !== '' && type !== 'text/html') problem.detail = text.slice(0, 1000);
  return problem;
}

class BadResponse extends Error {}

function toData(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadResponse('the answer says that it is JSON and is not', { cause });
  }
}

/** What went wrong where there is no answer. */
export function toNetworkFailure(cause: unknown, stopped?: 'timeout' | 'aborted'): NetworkFailure {
  const bad = cause instanceof BadResponse;
  const code: NetworkError['code'] = stopped ?? (bad ? 'bad_response' : 'network');
  const message =
    code === 'timeout'
      ? 'the answer took too long'
      : code === 'aborted'
        ? 'the call was aborted'
        : String((cause as Error | undefined)?.message ?? cause);
  return {
    ok: false,
    status: 0,
    error: { code, message, cause },
    headers: undefined,
    response: undefined,
  };
}
