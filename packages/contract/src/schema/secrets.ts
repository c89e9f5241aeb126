import type { Defs, Schema } from './ir.ts';

/** Maximum depth of a value whose secrets are found. Ends the search in recursive types. */
const MAX_DEPTH = 8;

/** Whether telemetry hides the values of a schema. */
export function isSecretSchema(schema: Schema): boolean {
  return (
    schema.format === 'password' || schema.writeOnly === true || schema['x-gati-secret'] === true
  );
}

/**
 * Returns the part of a schema that leads to its secrets, without references; `undefined` if it has
 * none.
 *
 * @example
 * secretParts({ type: 'object', properties: { id: {}, pin: { format: 'password' } } }, {});
 * // { properties: { pin: { 'x-gati-secret': true } } }
 */
export function secretParts(schema: Schema | undefined, defs: Defs): Schema | undefined {
  return schema && find(schema, defs, 0);
}

function find(schema: Schema, defs: Defs, depth: number): Schema | undefined {
  if (isSecretSchema(schema)) return { 'x-gati-secret': true };
  if (depth >= MAX_DEPTH) return undefined;
  const inside = (part: Schema | boolean | undefined): Schema | undefined =>
    typeof part === 'object' ? find(part, defs, depth + 1) : undefined;
  const target = schema.$ref?.startsWith('#/$defs/')
    ? inside(defs[schema.$ref.slice('#/$defs/'.length)])
    : undefined;
  const members = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]
    .map(inside)
    .concat(target)
    .filter((part) => part !== undefined);
  const properties = Object.entries(schema.properties ?? {})
    .map(([name, part]) => [name, inside(part)] as const)
    .filter(([, part]) => part !== undefined);
  const additionalProperties = inside(schema.additionalProperties);
  const items = inside(schema.items);
  const prefixItems = schema.prefixItems?.map((part) => inside(part) ?? {});
  const found: Schema = {
    ...(members.length > 0 && { anyOf: members }),
    ...(properties.length > 0 && {
      properties: Object.fromEntries(properties) as Record<string, Schema>,
    }),
    ...(additionalProperties && { additionalProperties }),
    ...(items && { items }),
    ...(prefixItems?.some((part) => Object.keys(part).length > 0) && { prefixItems }),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}
