import type { Contract } from '@gati/contract';
import { fieldForms, type FieldForms } from '@gati/contract/internal';
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
 * Converts a route id (`GET /users/:id`) and its input to a `Request`, as the generated client
 * writes it.
 *
 * @throws {TypeError} when a path parameter is missing
 */
export function toRequest(
  route: string,
  { params, query, headers, body, signal }: CallParts,
  { routes, $defs }: Pick<Contract, 'routes' | '$defs'>,
): Request {
  const declared = routes.find(({ id }) => id === route);
  const bodyTypes = declared?.body?.contentTypes ?? [];
  const pathForms = fieldForms(declared?.params, $defs, 'params');
  const queryForms = fieldForms(declared?.query, $defs, 'query');
  const headerForms = fieldForms(declared?.headers, $defs, 'headers');
  const [method = '', template = ''] = route.split(' ');
  const values = (params ?? {}) as Record<string, unknown>;
  const path = template
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':'))
        return encodeURIComponent(
          toListText(segment.slice(1), paramOf(values, segment.slice(1), route), pathForms),
        );
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
    for (const text of toTexts(name, value, queryForms)) search.append(name, text);
  }
  const allHeaders = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && !isLeftOut(name.toLowerCase(), value, headerForms))
      allHeaders.set(name, toListText(name.toLowerCase(), value, headerForms));
  }
  const init: RequestInit = { method: method === 'WS' ? 'GET' : method, headers: allHeaders };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    const { content, isJson } = toContent(
      body,
      bodyTypes,
      allHeaders.has('content-type'),
      fieldForms(declared?.body?.schema, $defs, 'form'),
    );
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
 * Returns the content as the generated client sends it. Text stays text unless the route declares
 * JSON.
 */
function toContent(
  body: unknown,
  bodyTypes: string[],
  hasType: boolean,
  forms: FieldForms | undefined,
): { content: unknown; isJson: boolean } {
  const isText = typeof body === 'string' && (hasType || !bodyTypes.includes('application/json'));
  if (isText || isRaw(body)) return { content: body, isJson: false };
  const isForm =
    (bodyTypes.includes('multipart/form-data') && !bodyTypes.includes('application/json')) ||
    (typeof body === 'object' && body !== null && Object.values(body).some(hasFile));
  return isForm
    ? { content: toForm(body as object, forms), isJson: false }
    : { content: stringifyWire(body), isJson: true };
}

const hasFile = (value: unknown): boolean =>
  value instanceof Blob || (Array.isArray(value) && value.some((item) => item instanceof Blob));

function toForm(fields: object, forms: FieldForms | undefined): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (hasFile(value)) {
      for (const item of Array.isArray(value) ? value : [value])
        if (item !== undefined) form.append(name, item as Blob);
    } else for (const text of toTexts(name, value, forms)) form.append(name, text);
  }
  return form;
}

const formOf = (name: string, forms: FieldForms | undefined): FieldForms[string] | undefined =>
  forms?.[name] ?? forms?.['*'];

/**
 * Whether the absence of a field represents the value: `null` in a field that accepts strings, or
 * an empty list.
 */
function isLeftOut(name: string, value: unknown, forms: FieldForms | undefined): boolean {
  const form = formOf(name, forms);
  if (form === 'json') return value === undefined;
  const isEmpty = Array.isArray(value) && value.length === 0;
  return value === undefined || isEmpty || (value === null && form === 'absent');
}

/** Returns the strings of a field in a query or a form: one for each item of a list. */
function toTexts(name: string, value: unknown, forms: FieldForms | undefined): string[] {
  if (isLeftOut(name, value, forms)) return [];
  if (formOf(name, forms) === 'json') return [stringifyWire(value)];
  return itemsOf(value)
    .filter((item) => item !== undefined)
    .map(toText);
}

/** Returns a parameter or a header as a string, in which commas separate the items of a list. */
function toListText(name: string, value: unknown, forms: FieldForms | undefined): string {
  if (formOf(name, forms) === 'json')
    return stringifyWire(value).replace(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return itemsOf(value).map(toText).join();
}

const itemsOf = (value: unknown): unknown[] =>
  Array.isArray(value) || value instanceof Set ? [...value] : [value];

function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? stringifyWire(value) : String(value);
}

function isRaw(body: unknown): boolean {
  return (
    ArrayBuffer.isView(body) ||
    [ArrayBuffer, FormData, URLSearchParams, Blob, ReadableStream].some(
      (type) => body instanceof type,
    )
  );
}
