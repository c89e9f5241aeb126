import type { TestResponse } from './test-types.ts';
import { stringifyWire } from '../validate/encode.ts';

interface CallParts {
  params?: unknown;
  query?: unknown;
  headers?: unknown;
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * Converts a route id (`GET /users/:id`) and its input to a `Request`. `bodyTypes` are the content
 * types of the route's declared body.
 */
export function toRequest(
  route: string,
  { params, query, headers, body, signal }: CallParts,
  bodyTypes: string[] = [],
): Request {
  const [method = '', template = ''] = route.split(' ');
  const values = (params ?? {}) as Record<string, unknown>;
  const path = template
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':'))
        return encodeURIComponent(String(paramOf(values, segment.slice(1), route)));
      if (segment.startsWith('*'))
        return String(paramOf(values, segment.slice(1), route))
          .split('/')
          .map(encodeURIComponent)
          .join('/');
      return segment;
    })
    .join('/');
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) search.append(name, toText(item));
  }
  const allHeaders = new Headers();
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) allHeaders.set(name, toText(value));
  const init: RequestInit = { method, headers: allHeaders };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    const { content, isJson } = toContent(body, bodyTypes, allHeaders.has('content-type'));
    init.body = content as RequestInit['body'];
    if (isJson && !allHeaders.has('content-type'))
      allHeaders.set('content-type', 'application/json');
  }
  return new Request(`http://localhost${path}${search.size > 0 ? `?${search}` : ''}`, init);
}

/** Reads the whole body of a response by its content type. */
export async function readResponse(response: Response): Promise<TestResponse> {
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

/** @throws {TypeError} when the call has no value for this parameter */
function paramOf(values: Record<string, unknown>, name: string, route: string): unknown {
  if (values[name] === undefined) throw new TypeError(`${route} needs params.${name}`);
  return values[name];
}

/**
 * Content as the generated client sends it, except for text: it stays text unless the route
 * declares JSON.
 */
function toContent(
  body: unknown,
  bodyTypes: string[],
  hasType: boolean,
): { content: unknown; isJson: boolean } {
  const isText = typeof body === 'string' && (hasType || !bodyTypes.includes('application/json'));
  if (isText || isRaw(body)) return { content: body, isJson: false };
  const isForm =
    (bodyTypes.includes('multipart/form-data') && !bodyTypes.includes('application/json')) ||
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
