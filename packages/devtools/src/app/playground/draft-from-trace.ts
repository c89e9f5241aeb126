import type { JsonValue } from '@gati/contract';
import { isJsonMediaType } from '@gati/contract/internal';
import type { PlaygroundRoute } from '../../api/playground.ts';
import type { CaptureRecord } from '../../api/types.ts';
import { HIDDEN } from '../lib/redacted.ts';
import { type Draft, readParams } from './draft.ts';
import { isObject, printJson, tryParse } from './json.ts';
import { convert, propertySchema } from './variables.ts';

/** Fills a draft with the path and the query of a request that was recorded. */
export function draftFromPath(draft: Draft, route: PlaygroundRoute, path: string): Draft {
  const { contract, $defs } = route;
  const search = new URLSearchParams(path.split('?').slice(1).join('?'));
  const query: Record<string, JsonValue> = {};
  const rows = [...draft.rows];
  for (const name of new Set(search.keys())) {
    const schema = propertySchema(contract?.query, name, $defs);
    const values = search.getAll(name);
    if (schema) query[name] = values.length > 1 ? values : convert(values[0]!, schema, $defs);
    else for (const value of values) rows.push({ place: 'query', name, value, isOn: true });
  }
  const params = Object.fromEntries(
    Object.entries(readParams(route.path, path)).map(([name, value]) => [
      name,
      convert(value, propertySchema(contract?.params, name, $defs), $defs),
    ]),
  );
  return {
    ...draft,
    params: { ...draft.params, ...params },
    query: { ...draft.query, ...query },
    rows,
  };
}

/** Fills a draft with a captured request. Hidden values become variables. */
export function draftFromCapture(
  draft: Draft,
  route: PlaygroundRoute,
  { target, request }: Extract<CaptureRecord, { kind: 'request' }>,
): Draft {
  const filled = draftFromPath(draft, route, target);
  const headers = request.headers.filter(([name]) =>
    propertySchema(route.contract?.headers, name.toLowerCase(), route.$defs),
  );
  const { type = '', text, omitted } = request.body ?? {};
  const media = type.split(';', 1)[0]!;
  const parsed = text === undefined || omitted !== undefined ? undefined : tryParse(text);
  return {
    ...filled,
    headers: {
      ...filled.headers,
      ...Object.fromEntries(
        headers.map(([name, value]) => [name.toLowerCase(), toVariables(value, name)]),
      ),
    },
    ...(parsed?.ok &&
      isJsonMediaType(media) && {
        contentType: media,
        body: printJson(toVariables(parsed.value, 'value')),
      }),
  };
}

function toVariables(value: JsonValue, name: string): JsonValue {
  if (typeof value === 'string')
    return value.replaceAll(HIDDEN, () => `{{${name.replaceAll(/[^\w.-]/g, '_')}}}`);
  if (Array.isArray(value)) return value.map((item) => toVariables(item, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, toVariables(each, key)]),
  );
}
