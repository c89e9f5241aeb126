import { stringifyWire } from './validate/encode.ts';

export interface TestAnswer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, text where it is text, bytes otherwise; `undefined`: there is none. */
  body: unknown;
}

interface Parts {
  params?: unknown;
  query?: unknown;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/** A request of a route id (`GET /users/:id`) and what fills it. */
export function toRequest(route: string, { params, query, headers, body, signal }: Parts): Request {
  const [method = '', template = ''] = route.split(' ');
  const values = (params ?? {}) as Record<string, unknown>;
  const path = template
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':')) return encodeURIComponent(String(take(values, segment.slice(1), route)));
      if (segment.startsWith('*'))
        return String(take(values, segment.slice(1), route))
          .split('/')
          .map(encodeURIComponent)
          .join('/');
      return segment;
    })
    .join('/');
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, toText(one));
  }
  const all = new Headers(headers);
  const raw = body === undefined || isRaw(body);
  if (!raw && !all.has('content-type')) all.set('content-type', 'application/json');
  const init: RequestInit = { method, headers: all };
  if (signal) init.signal = signal;
  if (body !== undefined) init.body = raw ? (body as RequestInit['body']) : stringifyWire(body);
  return new Request(`http://localhost${path}${search.size > 0 ? `?${search}` : ''}`, init);
}

export async function readAnswer(response: Response): Promise<TestAnswer> {
  const { status, headers } = response;
  const type = headers.get('content-type') ?? '';
  if (/[/+]json\b/.test(type)) {
    const text = await response.text();
    return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
  }
  if (type.startsWith('text/')) return { status, headers, body: await response.text() };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status, headers, body: bytes.length === 0 ? undefined : bytes };
}

function take(values: Record<string, unknown>, name: string, route: string): unknown {
  if (values[name] === undefined) throw new TypeError(`${route} needs params.${name}`);
  return values[name];
}

function toText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function isRaw(body: unknown): boolean {
  return (
    typeof body === 'string' ||
    body instanceof Uint8Array ||
    body instanceof ArrayBuffer ||
    body instanceof FormData ||
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof ReadableStream
  );
}
