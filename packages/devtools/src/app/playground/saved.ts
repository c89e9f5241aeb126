import type { JsonValue } from '@gati/contract';
import type { PlaygroundRoute, SavedContent } from '../../api/playground.ts';
import type { Draft, FieldPart } from './draft.ts';
import { isObject, printJson, tryParse } from './json.ts';

/** Converts a draft without secrets to the content of a file. Empty parts are left out. */
export function toContent(name: string, draft: Draft): SavedContent {
  const { route: request, version, auth, contentType, message, rows } = draft;
  const body = draft.contentType === '' ? undefined : tryParse(draft.body);
  return {
    name,
    request,
    ...(version !== '' && { version }),
    ...filled('params', draft),
    ...filled('query', draft),
    ...filled('headers', draft),
    ...(rows.length > 0 && {
      extra: rows.map(({ place, name: field, value, isOn }) => ({
        in: place,
        name: field,
        value,
        ...(!isOn && { off: true as const }),
      })),
    }),
    ...(auth !== '' && { auth }),
    ...(contentType !== '' && { contentType }),
    ...(body && (body.ok ? { body: body.value } : draft.body !== '' && { text: draft.body })),
    ...(message !== '' && { message }),
  };
}

const filled = (part: FieldPart, draft: Draft): Partial<SavedContent> =>
  Object.keys(draft[part]).length > 0 ? { [part]: draft[part] } : {};

/** Converts the content of a file to a draft. Fields that the contract does not name become rows. */
export function fromContent(content: SavedContent, route: PlaygroundRoute): Draft {
  const { contract } = route;
  const rows: Draft['rows'] = (content.extra ?? []).map(({ in: place, name, value, off }) => ({
    place,
    name,
    value,
    isOn: off !== true,
  }));
  const take = (part: 'query' | 'headers', place: 'query' | 'header'): Draft['query'] => {
    const known: Record<string, JsonValue> = {};
    for (const [name, value] of Object.entries(content[part] ?? {}))
      if (isNamed(contract?.[part], name)) known[name] = value;
      else rows.push({ place, name, value: print(value), isOn: true });
    return known;
  };
  return {
    route: content.request,
    version: content.version ?? '',
    params: content.params ?? {},
    query: take('query', 'query'),
    headers: take('headers', 'header'),
    rows,
    auth: content.auth ?? '',
    contentType: content.contentType ?? '',
    body: content.text ?? (content.body === undefined ? '' : printJson(content.body)),
    message: content.message ?? '',
  };
}

const print = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const isNamed = (schema: { properties?: object } | undefined, name: string): boolean =>
  isObject(schema?.properties) && Object.hasOwn(schema.properties, name);
