import type { Schema } from '@gati/contract';

/** Looks a `$ref` up. */
export type Lookup = (schema: Schema) => Schema | undefined;
/** Why no request can bring a required field; `undefined`: one can. Reads as `` `name` … ``. */
export type FieldTest = (name: string, schema: Schema) => string | undefined;

const MAX_HOPS = 16;

/** Why no record of named fields (a query, a form, the parameters of a path) can be what a schema asks for; `undefined`: one can be. */
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

/** Why a string, or several under one name, is never a value of a schema. `files`: a form brings files as well. */
export function impossibleField(
  schema: Schema,
  lookup: Lookup,
  files: boolean,
): string | undefined {
  const forms = formsOf(schema, lookup);
  // What could not be followed may be anything.
  if (forms.length === 0) return undefined;
  const reasons = forms.map((form) => {
    if (form.const !== undefined || form.enum) return undefined;
    if (form['x-gati-codec'] === 'file')
      return files ? undefined : 'is a file, and there are only strings';
    if (form.type === 'object') return 'is an object, and there are only strings';
    if (form.type !== 'array') return undefined;
    const items =
      form.prefixItems?.[0] ?? (typeof form.items === 'object' ? form.items : undefined);
    // No value is an empty list only where the name may be left out, and then it is not required.
    if (!items) return undefined;
    const inner = formsOf(items, lookup);
    const fits =
      inner.some(({ type }) => type !== 'object' && type !== 'array') || inner.length === 0;
    return fits ? undefined : 'is a list of objects or lists, and there are only strings';
  });
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** The forms that a value may have, through references and unions. */
function formsOf(schema: Schema, lookup: Lookup, hops = 0): Schema[] {
  if (hops > MAX_HOPS) return [];
  if (schema.$ref !== undefined) {
    const target = lookup(schema);
    return target ? formsOf(target, lookup, hops + 1) : [];
  }
  if (schema.anyOf) return schema.anyOf.flatMap((part) => formsOf(part, lookup, hops + 1));
  if (schema.allOf && schema.type === undefined) {
    const typed = schema.allOf
      .flatMap((part) => formsOf(part, lookup, hops + 1))
      .find(({ type }) => type !== undefined);
    return [{ ...typed, ...schema }];
  }
  return [schema];
}

function article(schema: Schema): string {
  if (schema['x-gati-codec'] === 'file') return 'a file alone';
  return /^[aeiou]/.test(String(schema.type)) ? `an ${schema.type}` : `a ${schema.type}`;
}
