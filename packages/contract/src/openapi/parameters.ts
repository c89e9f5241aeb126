import type { RouteContract } from '../contract.ts';
import type { Defs, Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import type { OpenApiParameter } from './document.ts';

/**
 * Returns the parameters of a route.
 *
 * @param pathNames {@link PathTemplate.names}
 * @param print Converts a schema to its form in the document.
 */
export function toParameters(
  route: RouteContract,
  defs: Defs,
  pathNames: Map<string, string>,
  print: (schema: Schema) => Schema,
): OpenApiParameter[] {
  const params = fieldsOf(route.params, defs);
  const found: OpenApiParameter[] = [...pathNames].map(([own, printed]) =>
    parameter(printed, 'path', params.get(own)?.schema ?? { type: 'string' }, true, print),
  );
  for (const [name, { schema, required }] of fieldsOf(route.query, defs))
    found.push(parameter(name, 'query', schema, required && !isEmptyable(schema, defs), print));
  for (const [name, field] of fieldsOf(route.headers, defs))
    found.push(parameter(name, 'header', field.schema, field.required, print));
  return found;
}

/**
 * Returns the schema of a body for a form. A list without entries sends no field, and the server
 * takes the missing field for an empty list.
 */
export function toFormSchema(schema: Schema, defs: Defs): Schema {
  const { required, ...rest } = resolveRef(schema, defs);
  const kept = required?.filter((name) => !isEmptyable(rest.properties?.[name] ?? {}, defs));
  if (kept?.length === required?.length) return schema;
  return { ...rest, ...(kept!.length > 0 && { required: kept! }) };
}

/** Whether a value may be the empty list. */
function isEmptyable(schema: Schema, defs: Defs): boolean {
  const { type, minItems = 0 } = resolveRef(schema, defs);
  return type === 'array' && minItems === 0;
}

function parameter(
  name: string,
  place: OpenApiParameter['in'],
  schema: Schema,
  required: boolean,
  print: (schema: Schema) => Schema,
): OpenApiParameter {
  const { description, deprecated, ...rest } = schema;
  return {
    name,
    in: place,
    ...(required && { required }),
    ...(description !== undefined && { description }),
    ...(deprecated && { deprecated }),
    schema: print(rest),
  };
}

interface Field {
  schema: Schema;
  required: boolean;
}

/**
 * Returns the named fields of an object schema, including those of `allOf` and `anyOf`. A field
 * that an alternative lacks is optional.
 */
function fieldsOf(schema: Schema | undefined, defs: Defs): Map<string, Field> {
  const fields = new Map<string, Field>();
  if (!schema) return fields;
  const object = resolveRef(schema, defs);
  const required = new Set(object.required);
  for (const [name, property] of Object.entries(object.properties ?? {}))
    fields.set(name, { schema: property, required: required.has(name) });
  for (const part of object.allOf ?? []) {
    for (const [name, field] of fieldsOf(part, defs)) {
      const known = fields.get(name);
      fields.set(
        name,
        known
          ? {
              schema: { allOf: [known.schema, field.schema] },
              required: known.required || field.required,
            }
          : field,
      );
    }
  }
  const alternatives = (object.anyOf ?? []).map((part) => fieldsOf(part, defs));
  for (const name of new Set(alternatives.flatMap((part) => [...part.keys()]))) {
    const found = alternatives.map((part) => part.get(name)).filter((field) => field !== undefined);
    const everywhere =
      found.length === alternatives.length && found.every((field) => field.required);
    const schemas = found.map((field) => field.schema);
    if (!fields.has(name))
      fields.set(name, {
        schema: schemas.length === 1 ? schemas[0]! : { anyOf: schemas },
        required: everywhere,
      });
  }
  return fields;
}
