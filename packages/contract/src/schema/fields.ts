import type { Defs, Schema } from './ir.ts';
import { resolveRef } from './refs.ts';

/** A named field of an object schema. */
export interface Field {
  schema: Schema;
  required: boolean;
}

/**
 * Returns the named fields of an object schema, including those of `allOf` and `anyOf`. A field
 * that an alternative lacks is optional.
 */
export function fieldsOf(schema: Schema | undefined, defs: Defs): Map<string, Field> {
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

/** Returns the schema of the undeclared properties of an object schema, if it has one. */
export function undeclaredField(schema: Schema, defs: Defs): Schema | undefined {
  const { additionalProperties, allOf = [] } = resolveRef(schema, defs);
  if (typeof additionalProperties === 'object') return additionalProperties;
  return allOf.map((part) => undeclaredField(part, defs)).find((field) => field !== undefined);
}
