import type { Defs, JsonValue, Schema } from '@gati/contract';
import { exampleOf } from '../../api/example.ts';
import type { PlaygroundRoute } from '../../api/playground.ts';
import { fieldKind } from './field-kind.ts';
import { isObject, printJson } from './json.ts';
import { propertySchema } from './variables.ts';
import { defaultAuth } from './auth.ts';

/** A part of a request that the contract describes by named fields. */
export type FieldPart = 'params' | 'query' | 'headers';

/** A field that the contract does not name. */
export interface Row {
  place: 'query' | 'header' | 'cookie';
  name: string;
  value: string;
  isOn: boolean;
}

/**
 * A request as the user edits it. Each string may contain variables, `{{name}}`. Plain data: history
 * and files contain it without secrets.
 */
export interface Draft {
  /** `POST /payments/:id/capture` */
  route: string;
  /** Value of `X-API-Version`; empty for none. */
  version: string;
  params: Record<string, JsonValue>;
  query: Record<string, JsonValue>;
  headers: Record<string, JsonValue>;
  rows: Row[];
  /** Key of a choice of {@link authChoices}; empty for none. */
  auth: string;
  /** Media type of the body; empty for no body. */
  contentType: string;
  /** The body as the user sees it: JSON for JSON and for forms, else text. */
  body: string;
  /** Next message of a WebSocket, as JSON. */
  message: string;
}

/**
 * Creates a draft with examples, made from the schemas of a route.
 *
 * @param version value of `X-API-Version`; empty for none
 */
export function createDraft({ id, contract, $defs }: PlaygroundRoute, version = ''): Draft {
  const example = (schema: Schema | undefined): JsonValue | undefined =>
    schema && exampleOf(schema, $defs);
  const { params, query, headers, body, receive, security } = contract ?? {};
  const print = (value: JsonValue | undefined): string =>
    value === undefined ? '' : printJson(value);
  return {
    route: id,
    version,
    params: fields(example(params)),
    query: required(fields(example(query)), query),
    headers: required(fields(example(headers)), headers),
    rows: [],
    auth: defaultAuth(security),
    contentType: body?.contentTypes[0] ?? '',
    body: print(withoutFiles(example(body?.schema), body?.schema, $defs)),
    message: print(example(receive)),
  };
}

/** Files are chosen in the form. They are no part of the JSON. */
function withoutFiles(
  value: JsonValue | undefined,
  schema: Schema | undefined,
  $defs: Defs,
): JsonValue | undefined {
  if (!schema || !isObject(value)) return value;
  const isFile = (name: string): boolean =>
    fieldKind(propertySchema(schema, name, $defs) ?? {}, $defs, name).kind === 'file';
  return Object.fromEntries(Object.entries(value).filter(([name]) => !isFile(name)));
}

/** Optional fields are left out of the first request. */
const required = (
  values: Record<string, JsonValue>,
  schema: Schema | undefined,
): Record<string, JsonValue> =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) => schema?.required?.includes(name) ?? false),
  );

const fields = (value: JsonValue | undefined): Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Reads the fields of a path template from a path: from `/payments/p1`, `id` is `p1`. */
export function readParams(template: string, path: string): Record<string, string> {
  const given = path.split('?', 1)[0]!.split('/');
  const found: Record<string, string> = {};
  for (const [at, part] of template.split('/').entries()) {
    if (part.startsWith(':')) found[part.slice(1)] = decode(given[at] ?? '');
    if (part.startsWith('*')) found[part.slice(1) || '*'] = given.slice(at).map(decode).join('/');
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
