import type { Defs, JsonValue, Schema } from '@gati/contract';
import { isJsonMediaType, lookUpIn, textFormOf, type TextPlace } from '@gati/contract/internal';
import type { PlaygroundRoute } from '../../api/playground.ts';
import { authChoices, authParts, type Credentials } from './auth.ts';
import type { Draft, FieldPart } from './draft.ts';
import { isObject, isRawNumber, tryParse } from './json.ts';
import {
  createSubstitution,
  propertySchema,
  type Substitution,
  type Variables,
} from './variables.ts';

/** Values that complete a draft and stay in the tab. */
export interface Surroundings {
  variables: Variables;
  credentials: Credentials;
  /** Cookies that earlier responses have set. */
  cookies: Readonly<Record<string, string>>;
  /** Files of a form by field. */
  files: Readonly<Record<string, File[]>>;
}

/** A part of a form. */
export interface FormPart {
  name: string;
  value: string | File;
}

/** A request that is ready to be sent. */
export interface BuiltRequest {
  /** `GET` for a WebSocket. */
  method: string;
  /** Path and query. */
  path: string;
  headers: [string, string][];
  body?: { kind: 'text'; text: string } | { kind: 'form'; parts: FormPart[] };
  /** Variables without a value, sorted. */
  missing: string[];
  /** Values as the server gets them, for the check against the contract. */
  values: Partial<Record<FieldPart | 'body', JsonValue>>;
}

export const MULTIPART = 'multipart/form-data';
export const URLENCODED = 'application/x-www-form-urlencoded';

/** Builds a request: replaces variables, and serialises values as the client of the app does. */
export function buildRequest(
  draft: Draft,
  route: PlaygroundRoute,
  around: Surroundings,
): BuiltRequest {
  const { contract, $defs } = route;
  const replace = createSubstitution(around.variables);
  const part = (name: FieldPart): Record<string, JsonValue> =>
    replace.value(draft[name], contract?.[name], $defs) as Record<string, JsonValue>;
  const [params, query, headers] = [part('params'), part('query'), part('headers')];
  const choice = authChoices(contract?.security).find(({ key }) => key === draft.auth);
  const auth = authParts(choice, around.credentials, replace.text);
  const body = buildBody(draft, route, around.files, replace);
  const rows = draft.rows
    .filter(({ isOn, name }) => isOn && name.trim() !== '')
    .map(({ place, name, value }) => ({
      place,
      name: replace.text(name.trim()),
      value: replace.text(value),
    }));
  const rowsOf = (wanted: string): [string, string][] =>
    rows.filter(({ place }) => place === wanted).map(({ name, value }) => [name, value]);
  const search = [
    ...toTexts(query, contract?.query, $defs, 'query'),
    ...rowsOf('query'),
    ...auth.query,
  ].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const cookies = {
    ...around.cookies,
    ...Object.fromEntries([...auth.cookies, ...rowsOf('cookie')]),
  };
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  const list = [
    ...(draft.contentType !== '' && body.sent?.kind === 'text'
      ? [['content-type', draft.contentType] as [string, string]]
      : []),
    ...toTexts(headers, contract?.headers, $defs, 'headers'),
    ...auth.headers,
    ...(cookie.length > 0 ? [['cookie', cookie.join('; ')] as [string, string]] : []),
    ...(draft.version === ''
      ? []
      : [['x-api-version', replace.text(draft.version)] as [string, string]]),
    ...rowsOf('header').map(([name, value]): [string, string] => [name.toLowerCase(), value]),
  ];
  return {
    method: route.method === 'WS' ? 'GET' : route.method,
    path:
      fillPath(route.path, params, contract?.params, $defs) +
      (search.length > 0 ? `?${search.join('&')}` : ''),
    headers: list,
    ...(body.sent && { body: body.sent }),
    missing: [...replace.missing].sort(),
    values: { params, query, headers, ...(body.value !== undefined && { body: body.value }) },
  };
}

/** A space is `%20`, since some servers read `+` as itself. */
const encode = (text: string): string => encodeURIComponent(text).replaceAll('%2C', ',');

function fillPath(
  template: string,
  values: Record<string, JsonValue>,
  schema: Schema | undefined,
  $defs: Defs,
): string {
  return template
    .split('/')
    .map((segment) => {
      const rest = segment.startsWith('*');
      if (!segment.startsWith(':') && !rest) return segment;
      const name = segment.slice(1) || '*';
      const [text = ''] = fieldTexts(
        values[name] ?? '',
        propertySchema(schema, name, $defs),
        $defs,
        'params',
      );
      return rest ? text.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(text);
    })
    .join('/');
}

function toTexts(
  values: Record<string, JsonValue>,
  schema: Schema | undefined,
  $defs: Defs,
  place: TextPlace,
): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) =>
    fieldTexts(value, propertySchema(schema, name, $defs), $defs, place).map(
      (text): [string, string] => [name, text],
    ),
  );
}

/** Returns the texts of one field: none, one, or one for each item. */
function fieldTexts(
  value: JsonValue,
  schema: Schema | undefined,
  $defs: Defs,
  place: TextPlace,
): string[] {
  const { kind, isNullAbsent } = textFormOf(schema ?? {}, place, lookUpIn($defs));
  if (value === null && isNullAbsent) return [];
  if (kind === 'json') return [JSON.stringify(value)];
  if (Array.isArray(value)) {
    const items = value.map(print);
    return place === 'query' || place === 'form' ? items : [items.join(',')];
  }
  return [print(value)];
}

const print = (value: JsonValue): string =>
  typeof value === 'object' && value !== null && !isRawNumber(value)
    ? JSON.stringify(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** A file can't be JSON, so a form has its files apart. */
function buildBody(
  draft: Draft,
  { method, contract, $defs }: PlaygroundRoute,
  files: Surroundings['files'],
  replace: Substitution,
): { sent?: NonNullable<BuiltRequest['body']>; value?: JsonValue } {
  if (method === 'WS' || draft.contentType === '') return {};
  const isForm = draft.contentType === MULTIPART || draft.contentType === URLENCODED;
  if (!isForm && !isJsonMediaType(draft.contentType))
    return { sent: { kind: 'text', text: replace.text(draft.body) } };
  const parsed = tryParse(draft.body);
  // People also test what a server does with a malformed body.
  if (!parsed.ok) return { sent: { kind: 'text', text: replace.text(draft.body) } };
  const value = replace.value(parsed.value, contract?.body?.schema, $defs);
  if (!isForm) {
    // Unchanged text stays as the user wrote it, with its spaces.
    const text = draft.body.includes('{{') ? JSON.stringify(value) : draft.body;
    return { sent: { kind: 'text', text }, value };
  }
  const texts = toTexts(isObject(value) ? value : {}, contract?.body?.schema, $defs, 'form');
  if (draft.contentType === URLENCODED) {
    const text = texts.map(([name, each]) => `${encode(name)}=${encode(each)}`).join('&');
    return { sent: { kind: 'text', text }, value };
  }
  const parts = [
    ...texts
      .filter(([name]) => !files[name]?.length)
      .map(([name, each]): FormPart => ({ name, value: each })),
    ...Object.entries(files).flatMap(([name, list]) =>
      list.map((file): FormPart => ({ name, value: file })),
    ),
  ];
  return { sent: { kind: 'form', parts }, value };
}
