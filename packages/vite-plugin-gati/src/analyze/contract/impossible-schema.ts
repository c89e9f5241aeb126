import type { Schema } from '@gati/contract';
import type { LookUp } from '@gati/contract/internal';

/**
 * Returns why no request can contain a field, as the rest of a sentence that begins with
 * its name; `undefined` if a request can.
 */
export type FieldTest = (name: string, schema: Schema, isRequired: boolean) => string | undefined;

const MAX_HOPS = 16;

/**
 * Returns why no object with named fields (a query, a form, the parameters of a path) can match a
 * schema; `undefined` if one can.
 */
export function findImpossible(
  schema: Schema,
  lookUp: LookUp,
  test: FieldTest,
  hops = 0,
): string | undefined {
  if (hops > MAX_HOPS) return undefined;
  const inner = (part: Schema): string | undefined => findImpossible(part, lookUp, test, hops + 1);
  if (schema.$ref !== undefined) {
    const target = lookUp(schema.$ref);
    const found = target && inner(target);
    if (found !== undefined) return found;
  }
  if (schema.anyOf) {
    const found = schema.anyOf.map(inner);
    if (found.length > 0 && found.every((reason) => reason !== undefined)) return found[0];
  }
  for (const part of schema.allOf ?? []) {
    const found = inner(part);
    if (found !== undefined) return found;
  }
  if (schema.type !== undefined && schema.type !== 'object')
    return `it is ${article(schema)} and not an object with named fields`;
  const { properties = {}, required = [], additionalProperties: rest } = schema;
  for (const name of new Set([...Object.keys(properties), ...required])) {
    const reason = test(name, properties[name] ?? {}, required.includes(name));
    if (reason !== undefined) return `\`${name}\` ${reason}`;
  }
  const reason = typeof rest === 'object' ? test('*', rest, false) : undefined;
  return reason === undefined ? undefined : `each further field ${reason}`;
}

function article(schema: Schema): string {
  if (schema['x-gati-codec'] === 'file') return 'a file alone';
  return /^[aeiou]/.test(String(schema.type)) ? `an ${schema.type}` : `a ${schema.type}`;
}
