import type { Schema } from '@gati/contract';

/** Resolves a `$ref`. */
export type Lookup = (schema: Schema) => Schema | undefined;
/**
 * Returns why no request can contain a required field, as the rest of a sentence that begins with
 * its name; `undefined` if a request can.
 */
export type FieldTest = (name: string, schema: Schema) => string | undefined;

const MAX_HOPS = 16;

/**
 * Returns why no object with named fields (a query, a form, the parameters of a path) can match a
 * schema; `undefined` if one can.
 */
export function findImpossible(
  schema: Schema,
  lookup: Lookup,
  test: FieldTest,
  hops = 0,
): string | undefined {
  if (hops > MAX_HOPS) return undefined;
  const inner = (part: Schema): string | undefined => findImpossible(part, lookup, test, hops + 1);
  if (schema.$ref !== undefined) {
    const target = lookup(schema);
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
  for (const name of schema.required ?? []) {
    const reason = test(name, schema.properties?.[name] ?? {});
    if (reason !== undefined) return `\`${name}\` ${reason}`;
  }
  return undefined;
}

/**
 * Returns why neither a string nor a list of strings can match a schema; `undefined` if one can.
 * @param files whether fields may be files too, as in a form
 */
export function impossibleField(
  schema: Schema,
  lookup: Lookup,
  files: boolean,
): string | undefined {
  const alternatives = alternativesOf(schema, lookup);
  // A schema that could not be resolved may match anything.
  if (alternatives.length === 0) return undefined;
  const reasons = alternatives.map((form) => {
    if (form.const !== undefined || form.enum) return undefined;
    if (form['x-gati-codec'] === 'file')
      return files ? undefined : 'is a file, but its value arrives as a string';
    if (form.type === 'object') return 'is an object, but its value arrives as a string';
    if (form.type !== 'array') return undefined;
    const items =
      form.prefixItems?.[0] ?? (typeof form.items === 'object' ? form.items : undefined);
    // Items of any type accept a string.
    if (!items) return undefined;
    const inner = alternativesOf(items, lookup);
    const fits =
      inner.some(({ type }) => type !== 'object' && type !== 'array') || inner.length === 0;
    return fits ? undefined : 'is a list of objects or lists, but its values arrive as strings';
  });
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** Returns the alternatives of a schema, through references and unions. */
function alternativesOf(schema: Schema, lookup: Lookup, hops = 0): Schema[] {
  if (hops > MAX_HOPS) return [];
  if (schema.$ref !== undefined) {
    const target = lookup(schema);
    return target ? alternativesOf(target, lookup, hops + 1) : [];
  }
  if (schema.anyOf) return schema.anyOf.flatMap((part) => alternativesOf(part, lookup, hops + 1));
  if (schema.allOf && schema.type === undefined) {
    const typed = schema.allOf
      .flatMap((part) => alternativesOf(part, lookup, hops + 1))
      .find(({ type }) => type !== undefined);
    return [{ ...typed, ...schema }];
  }
  return [schema];
}

function article(schema: Schema): string {
  if (schema['x-gati-codec'] === 'file') return 'a file alone';
  return /^[aeiou]/.test(String(schema.type)) ? `an ${schema.type}` : `a ${schema.type}`;
}
