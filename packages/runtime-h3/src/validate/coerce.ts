import type { Defs, Schema } from '@gati/contract';
import { fits } from './fits.ts';
import { formats } from './formats.ts';

/**
 * Converts the strings of one part (params, query, headers or a form) to the types that its schema
 * declares. A string that does not convert stays, and the check rejects it.
 */
export type CoerceRecord = (record: Record<string, unknown>) => Record<string, unknown>;
/** Where strings come from. In a query and a form, a name may occur several times. */
export type StringSource = 'params' | 'query' | 'headers' | 'form';
/** `undefined`: the field counts as absent. */
type Coerce = (value: unknown) => unknown;

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_HOPS = 16;
/** Levels of lists in lists that are converted. No query or form has more than one. */
const MAX_LISTS = 3;

/**
 * Compiles the coercion of an object schema; `undefined` when no field needs one. The result changes
 * the object that it gets.
 */
export function compileCoerceRecord(
  schema: Schema,
  $defs: Defs,
  source: StringSource,
): CoerceRecord | undefined {
  const properties: Record<string, Schema> = {};
  const rest = collect(schema, $defs, properties, 0);
  const known = Object.entries(properties).map(
    ([key, property]) => [key, compileValue(property, $defs, source)] as const,
  );
  const other = rest === undefined ? undefined : compileValue(rest, $defs, source);
  const work = known.filter((entry): entry is [string, Coerce] => entry[1] !== undefined);
  const lists = repeats(source) ? requiredLists(schema, properties, $defs) : [];
  if (work.length === 0 && other === undefined) return undefined;
  const convert = (record: Record<string, unknown>, key: string, coerce: Coerce): void => {
    const value = coerce(record[key]);
    if (value === undefined) delete record[key];
    else record[key] = value;
  };
  return (record) => {
    for (const [key, coerce] of work) if (record[key] !== undefined) convert(record, key, coerce);
    if (other !== undefined)
      for (const key in record) if (!Object.hasOwn(properties, key)) convert(record, key, other);
    for (const key of lists) record[key] ??= [];
    return record;
  };
}

const repeats = (source: StringSource): boolean => source === 'query' || source === 'form';

/** Returns the names of required lists: without an entry of its name, a list is empty. */
function requiredLists(schema: Schema, properties: Record<string, Schema>, $defs: Defs): string[] {
  return [...new Set(requiredNames(schema, $defs, 0))].filter((name) => {
    const variants = flatten(properties[name] ?? {}, $defs, 0);
    return variants.length > 0 && variants.every(({ type }) => type === 'array');
  });
}

/** Returns the required names of an object schema through references and intersections. */
function requiredNames(schema: Schema, $defs: Defs, hops: number): string[] {
  if (hops > MAX_HOPS) return [];
  const target = schema.$ref === undefined ? undefined : resolve(schema.$ref, $defs);
  return [
    ...(schema.required ?? []),
    ...[target, ...(schema.allOf ?? [])].flatMap((part) =>
      part === undefined ? [] : requiredNames(part, $defs, hops + 1),
    ),
  ];
}

const resolve = ($ref: string, $defs: Defs): Schema | undefined =>
  $defs[$ref.slice('#/$defs/'.length)];

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
  const target = schema.$ref === undefined ? undefined : resolve(schema.$ref, $defs);
  let rest = target === undefined ? undefined : collect(target, $defs, into, hops + 1);
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? [])])
    rest = collect(part, $defs, into, hops + 1) ?? rest;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const before = into[key];
    into[key] = before === undefined ? property : { anyOf: [before, property] };
  }
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : rest;
}

function compileValue(
  schema: Schema,
  $defs: Defs,
  source: StringSource,
  lists = 0,
): Coerce | undefined {
  const variants = flatten(schema, $defs, 0);
  if (variants.every(acceptsAny)) return undefined;
  if (!repeats(source) && variants.every((variant) => variant.type === 'string')) return undefined;
  const arrays = lists < MAX_LISTS ? variants.filter((variant) => variant.type === 'array') : [];
  const scalars = variants.filter((variant) => variant.type !== 'array');
  const item = arrays.map((array) => compileItems(array, $defs, source, lists + 1));
  const isForm = source === 'form';
  const isBlank = isForm && !scalars.some(acceptsEmpty) ? isEmptyInput : undefined;
  return (value) => {
    if (Array.isArray(value)) {
      if (item[0] !== undefined) return item[0](value);
      return convertScalar(scalars, $defs, value.at(-1), isForm, isBlank);
    }
    if (
      item[0] !== undefined &&
      !scalars.some((variant) => fits(variant, $defs, convert(variant, value, isForm)))
    )
      return item[0]([value]);
    return convertScalar(scalars, $defs, value, isForm, isBlank);
  };
}

/** Whether a schema says nothing about the type of its values. */
function acceptsAny(schema: Schema): boolean {
  return (
    schema.type === undefined &&
    schema.const === undefined &&
    schema.enum === undefined &&
    schema['x-gati-codec'] === undefined
  );
}

/**
 * Whether an empty text can be meant as one. A text field may be required to have a length, and then
 * its author words the error. An empty number is an input that was left empty.
 */
function acceptsEmpty(schema: Schema): boolean {
  const { type, const: constant, enum: members, format, 'x-gati-codec': codec } = schema;
  if (constant !== undefined) return constant === '';
  if (members !== undefined) return members.includes('');
  if (codec !== undefined && codec !== 'bytes') return false;
  if (type === 'boolean' || type === undefined) return true;
  return type === 'string' && (format === undefined || (formats[format]?.('') ?? true));
}

/** Whether HTML sends this for an input without a value. */
function isEmptyInput(value: unknown): boolean {
  return value === '' || (value instanceof File && value.size === 0 && value.name === '');
}

function compileItems(
  array: Schema,
  $defs: Defs,
  source: StringSource,
  lists: number,
): (values: unknown[]) => unknown[] {
  const place = source === 'form' ? 'form' : 'headers';
  const items = array.items ? compileValue(array.items, $defs, place, lists) : undefined;
  const prefix =
    array.prefixItems?.map((schema) => compileValue(schema, $defs, place, lists)) ?? [];
  return (values) =>
    values
      .map((value, index) => {
        const coerce = index < prefix.length ? prefix[index] : items;
        return coerce === undefined ? value : coerce(value);
      })
      .filter((value) => value !== undefined);
}

/** Returns the variants of a schema through references and unions. */
function flatten(schema: Schema, $defs: Defs, hops: number): Schema[] {
  if (hops > MAX_HOPS) return [];
  if (schema.$ref !== undefined) {
    const target = resolve(schema.$ref, $defs);
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
 * `5` of `"5"`. A text that fits a string variant never becomes `null`.
 */
function convertScalar(
  variants: Schema[],
  $defs: Defs,
  value: unknown,
  isForm: boolean,
  isBlank: ((value: unknown) => boolean) | undefined,
): unknown {
  if (isBlank?.(value)) return undefined;
  if (typeof value !== 'string') return value;
  if (variants.length === 1 && variants[0] !== undefined)
    return convert(variants[0], value, isForm);
  const texts = variants.some(
    (variant) => variant.type === 'string' && fits(variant, $defs, value),
  );
  for (const variant of variants) {
    if (variant.type === 'string' || (texts && variant.type === 'null')) continue;
    const converted = convert(variant, value, isForm && !texts);
    if (typeof converted !== 'string' && fits(variant, $defs, converted)) return converted;
  }
  return value;
}

/** `isForm`: `on`, which HTML sends for a checkbox, is `true`. */
function convert(variant: Schema, value: unknown, isForm: boolean): unknown {
  if (typeof value !== 'string') return value;
  if (variant.const !== undefined) return String(variant.const) === value ? variant.const : value;
  if (variant.enum !== undefined) {
    if (variant.enum.includes(value)) return value;
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
      return value === 'true' || (isForm && value === 'on')
        ? true
        : value === 'false'
          ? false
          : value;
    case 'null':
      return value === 'null' ? null : value;
    default:
      return value;
  }
}
