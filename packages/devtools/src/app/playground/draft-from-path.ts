import type { JsonValue } from '@gati/contract';
import type { PlaygroundRoute } from '../../api/playground.ts';
import { type Draft, readParams } from './draft.ts';
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
