import type { Defs, Schema } from '@gati/contract';
import { fieldKind } from './field-kind.ts';

/** Steps from a JSON value to one inside of it. */
export type JsonPath = readonly (string | number)[];

/** Returns the schemas that may apply to a value at a path: more than one inside of a union. */
export function schemasAt(schema: Schema, $defs: Defs, path: JsonPath): Schema[] {
  let found = withAlternatives(schema, $defs);
  for (const key of path)
    found = found.flatMap((each) => {
      const kind = fieldKind(each, $defs, '');
      const next =
        kind.kind === 'list'
          ? kind.items
          : kind.kind === 'object'
            ? (kind.fields.find(({ name }) => name === key)?.schema ?? kind.rest)
            : undefined;
      return next ? withAlternatives(next, $defs) : [];
    });
  return found;
}

function withAlternatives(schema: Schema, $defs: Defs): Schema[] {
  const kind = fieldKind(schema, $defs, '');
  return kind.kind === 'union' ? kind.choices.map((choice) => choice.schema) : [schema];
}
