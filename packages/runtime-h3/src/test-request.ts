import type { TestAnswer } from './test-types.ts';
import { stringifyWire } from './validate/encode.ts';

interface Parts {
  params?: unknown;
  query?: unknown;
  headers?: unknown;
  body?: unknown;
  signal?: AbortSignal;
}

/** A request of a route id (`GET /users/:id`) and what fills it; `takes` are the content types of its body, where it declares one. */
export function toRequest(
  route: string,
  { params, query, headers, body, signal }: Parts,
  takes: string[] = [],
): Request {
  const [method = '', template = ''] = route.split(' ');
  const values = (params ?? {}) as Record<string, unknown>;
  const path = template
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':'))
        return encodeURIComponent(String(take(values, segment.slice(1), route)));
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
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, toText(one));
  }
  const all = new Headers();
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) all.set(name, toText(value));
  const init: RequestInit = { method, headers: all };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    const { content, isJson } = toContent(body, takes, all.has('content-type'));
    init.body = content as RequestInit['body'];
    if (isJson && !all.has('content-type')) all.set('content-type', 'application/json');
  }
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

/** As the generated client sends it, but that text which no contract wants as JSON stays text. */
function toContent(
  body: unknown,
  takes: string[],
  hasType: boolean,
): { content: unknown; isJson: boolean } {
  const isText = typeof body === 'string' && (hasType || !takes.includes('application/json'));
  if (isText || isRaw(body)) return { content: body, isJson: false };
  const isForm =
    takes[0] === 'multipart/form-data' ||
    (typeof body === 'object' && body !== null && Object.values(body).some(hasFile));
  return isForm
    ? { content: toForm(body as object), isJson: false }
    : { content: stringifyWire(body), isJson: true };
}

const hasFile = (value: unknown): boolean =>
  value instanceof Blob || (Array.isArray(value) && value.some((item) => item instanceof Blob));

function toForm(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (item instanceof Blob) form.append(name, item);
      else if (item !== undefined) form.append(name, toText(item));
    }
  }
  return form;
}

function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? (stringifyWire(value) ?? '') : String(value);
}

function isRaw(body: unknown): boolean {
  return (
    ArrayBuffer.isView(body) ||
    [ArrayBuffer, FormData, URLSearchParams, Blob, ReadableStream].some(
      (type) => body instanceof type,
    )
  );
}
