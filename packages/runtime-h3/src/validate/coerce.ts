import type { Defs, Schema } from '@gati/contract';
import { fits } from './explain.ts';

/**
 * Converts the strings of one part (params, query, headers or a form) to the types that its schema
 * declares. A string that does not convert stays, and the check rejects it.
 */
export type CoerceRecord = (record: Record<string, unknown>) => Record<string, unknown>;
type Coerce = (value: unknown) => unknown;

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_HOPS = 16;

/**
 * Compiles the coercion of an object schema; `undefined` when no field needs one. `repeats`: a name
 * may occur several times. The result changes the object that it gets.
 */
export function compileCoerceRecord(
  schema: Schema,
  $defs: Defs,
  repeats = true,
): CoerceRecord | undefined {
  const properties: Record<string, Schema> = {};
  const rest = collect(schema, $defs, properties, 0);
  const known = Object.entries(properties).map(
    ([key, property]) => [key, compileValue(property, $defs, repeats)] as const,
  );
  const other = rest === undefined ? undefined : compileValue(rest, $defs, repeats);
  const work = known.filter((entry): entry is [string, Coerce] => entry[1] !== undefined);
  if (work.length === 0 && other === undefined) return undefined;
  return (record) => {
    for (const [key, coerce] of work) {
      const value = record[key];
      if (value !== undefined) record[key] = coerce(value);
    }
    if (other !== undefined)
      for (const key in record)
        if (!Object.hasOwn(properties, key)) record[key] = other(record[key]);
    return record;
  };
}

/**
 * Collects the properties of an object schema through references, intersections and unions. Returns
 * the schema of undeclared names.
 */
function collect(
  schema: Schema,
  $defs: Defs,
  into: Record<string, Schema>,
  hops: number,
): Schema | undefined {
  if (hops > MAX_HOPS) return undefined;
  const target =
    schema.$ref === undefined ? undefined : $defs[schema.$ref.slice('#/$defs/'.length)];
  let rest = target === undefined ? undefined : collect(target, $defs, into, hops + 1);
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? [])])
    rest = collect(part, $defs, into, hops + 1) ?? rest;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const before = into[key];
    into[key] = before === undefined ? property : { anyOf: [before, property] };
  }
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : rest;
}

function compileValue(schema: Schema, $defs: Defs, repeats: boolean): Coerce | undefined {
  const variants = flatten(schema, $defs, 0);
  if (
    variants.every(
      (variant) =>
        variant.type === undefined && variant.const === undefined && variant.enum === undefined,
    )
  )
    return undefined;
  if (!repeats && variants.every((variant) => variant.type === 'string')) return undefined;
  const arrays = variants.filter((variant) => variant.type === 'array');
  const scalars = variants.filter((variant) => variant.type !== 'array');
  const item = arrays.map((array) => compileItems(array, $defs));
  return (value) => {
    if (Array.isArray(value)) {
      if (item[0] !== undefined) return item[0](value);
      return convertScalar(scalars, $defs, value.at(-1));
    }
    if (
      item[0] !== undefined &&
      !scalars.some((variant) => fits(variant, $defs, convert(variant, value)))
    )
      return item[0]([value]);
    return convertScalar(scalars, $defs, value);
  };
}

function compileItems(array: Schema, $defs: Defs): (values: unknown[]) => unknown[] {
  const items = array.items ? compileValue(array.items, $defs, false) : undefined;
  const prefix = array.prefixItems?.map((schema) => compileValue(schema, $defs, false)) ?? [];
  return (values) =>
    values.map(
      (value, index) => (index < prefix.length ? prefix[index]?.(value) : items?.(value)) ?? value,
    );
}

/** Returns the variants of a schema through references and unions. */
function flatten(schema: Schema, $defs: Defs, hops: number): Schema[] {
  if (hops > MAX_HOPS) return [];
  if (schema.$ref !== undefined) {
    const target = $defs[schema.$ref.slice('#/$defs/'.length)];
    return target === undefined ? [] : flatten(target, $defs, hops + 1);
  }
  if (schema.anyOf !== undefined)
    return schema.anyOf.flatMap((branch) => flatten(branch, $defs, hops + 1));
  if (schema.allOf !== undefined && schema.type === undefined) {
    const typed = schema.allOf
      .flatMap((part) => flatten(part, $defs, hops + 1))
      .find((part) => part.type !== undefined);
    return [{ ...typed, ...schema }];
  }
  return [schema];
}

/**
 * Converts to the most specific variant that fits. Strings come last, so `number | string` makes
 * `5` of `"5"`.
 */
function convertScalar(variants: Schema[], $defs: Defs, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (variants.length === 1 && variants[0] !== undefined) return convert(variants[0], value);
  for (const variant of variants) {
    if (variant.type === 'string') continue;
    const converted = convert(variant, value);
    if (typeof converted !== 'string' && fits(variant, $defs, converted)) return converted;
  }
  return value;
}

function convert(variant: Schema, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (variant.const !== undefined) return String(variant.const) === value ? variant.const : value;
  if (variant.enum !== undefined) {
    const index = variant.enum.findIndex((member) => String(member) === value);
    return index === -1 ? value : variant.enum[index];
  }
  switch (variant.type) {
    case 'number': {
      const number = NUMBER.test(value) ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? number : value;
    }
    case 'integer': {
      // An integer outside of the safe range would become another number.
      const integer = NUMBER.test(value) ? Number(value) : Number.NaN;
      return Number.isSafeInteger(integer) ? integer : value;
    }
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'null':
      return value === 'null' ? null : value;
    default:
      return value;
  }
}
