import { ClientError } from './errors.ts';
import { isJsonMediaType } from './media-type.ts';
import type { ClientOptions, ClientSettings, FieldForms } from './options.ts';
import { toJson, toListText, toText, toTexts } from './text.ts';

/**
 * Returns the absolute URL of a route with its parameters and query filled in.
 *
 * @throws {ClientError} GATI_CLIENT_BASE_URL, GATI_CLIENT_PARAM
 */
export function toUrl(
  route: string,
  request: { params?: object; query?: object },
  settings: ClientSettings,
  options: ClientOptions,
): URL {
  const { params, query } = settings.fields?.[route] ?? {};
  const path = fillPath(route, (request.params ?? {}) as Record<string, unknown>, params);
  const base =
    options.baseUrl ?? (globalThis as { location?: { origin: string } }).location?.origin;
  if (!base || !URL.canParse(base)) {
    throw new ClientError(
      'GATI_CLIENT_BASE_URL',
      options.baseUrl
        ? `The base URL '${options.baseUrl}' is not absolute.`
        : 'There is no page, so the client does not know which server to call.',
      "Name the server: createClient({ baseUrl: 'https://api.example.com' }).",
    );
  }
  const url = new URL(base.replace(/(?<!\/)\/+$/, '') + settings.base + path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const text of toTexts(value, formOf(query, name))) url.searchParams.append(name, text);
  }
  return url;
}

/** Returns the form of a field. The form of `*` applies to every field that has none. */
export function formOf(forms: FieldForms | undefined, name: string): string | undefined {
  return forms?.[name] ?? forms?.['*'];
}

function fillPath(
  route: string,
  params: Record<string, unknown>,
  forms: FieldForms | undefined,
): string {
  const path = route.slice(route.indexOf(' ') + 1);
  return path
    .split('/')
    .map((segment) => {
      const name = segment.slice(1);
      if (segment.startsWith(':')) {
        const form = formOf(forms, name);
        const value = form === 'json' ? params[name] : (params[name] ?? undefined);
        return toSegment(route, name, toListText(route, name, value, form));
      }
      if (!segment.startsWith('*')) return segment;
      return toText(params[name] ?? '')
        .split('/')
        .map((part) => toSegment(route, name, part))
        .join('/');
    })
    .join('/');
}

function toSegment(route: string, name: string, text = ''): string {
  // No URL can contain these segments: an empty one makes another route, and `fetch` removes `.`
  // and `..`, even if they are escaped.
  if (text === '' || text === '.' || text === '..') {
    throw new ClientError(
      'GATI_CLIENT_PARAM',
      `${route}: the parameter '${name}' cannot be '${text}'.`,
      'Check the value before the call.',
    );
  }
  return encodeURIComponent(text);
}

/** A body for `fetch`, and its content type if `fetch` does not derive it. */
export interface Body {
  content:
    | string
    | FormData
    | URLSearchParams
    | Blob
    | ArrayBuffer
    | ArrayBufferView
    | ReadableStream;
  contentType?: string;
}

/** Returns the body of a call: as it is, as a form, or as JSON. */
export function toBody(
  value: unknown,
  asForm: boolean,
  contentType: string | null,
  forms?: FieldForms,
): Body | undefined {
  if (value === undefined) return undefined;
  if (isSentAsIs(value)) return { content: value };
  if (
    typeof value === 'string' &&
    contentType !== null &&
    !isJsonMediaType(contentType.toLowerCase())
  )
    return { content: value };
  if (typeof value === 'object' && value !== null && (asForm || Object.values(value).some(hasFile)))
    return { content: toForm(value, forms) };
  return { content: toJson(value), contentType: 'application/json' };
}

function isSentAsIs(value: unknown): value is Body['content'] {
  return (
    [FormData, URLSearchParams, Blob, ArrayBuffer, ReadableStream].some(
      (type) => value instanceof type,
    ) || ArrayBuffer.isView(value)
  );
}

const hasFile = (value: unknown): boolean =>
  value instanceof Blob || (Array.isArray(value) && value.some((item) => item instanceof Blob));

function toForm(fields: object, forms: FieldForms | undefined): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (hasFile(value)) {
      for (const item of Array.isArray(value) ? value : [value])
        if (item !== undefined) form.append(name, item as Blob);
    } else for (const text of toTexts(value, formOf(forms, name))) form.append(name, text);
  }
  return form;
}
