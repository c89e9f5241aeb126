import type { Defs, Schema } from '@gati/contract';
import {
  alternativesOf,
  lookUpIn,
  type LookUp,
  type TextForm,
  type TextPlace,
  textFormOf,
} from '@gati/contract/internal';
import { fits } from './fits.ts';
import { formats } from './formats.ts';
import { parseJson } from './json.ts';

/**
 * Converts the strings of one part (params, query, headers or a form) to the types that its schema
 * declares. A string that does not convert stays, and the check rejects it.
 */
export type CoerceRecord = (record: Record<string, unknown>) => Record<string, unknown>;
/**
 * Part of a request that strings come from. In a query and a form, a name may occur several times.
 */
export type StringSource = Exclude<TextPlace, 'rest'>;
/** `undefined`: the field counts as absent. */
type Coerce = (value: unknown) => unknown;

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_HOPS = 16;
/** Maximum depth of objects and lists in a field that is JSON. */
const MAX_DEPTH = 64;

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
  const absent = absentValues(schema, properties, $defs, source);
  if (work.length === 0 && other === undefined && absent.length === 0) return undefined;
  const convert = (record: Record<string, unknown>, key: string, coerce: Coerce): void => {
    const value = coerce(record[key]);
    if (value === undefined) delete record[key];
    else record[key] = value;
  };
  return (record) => {
    for (const [key, coerce] of work) if (record[key] !== undefined) convert(record, key, coerce);
    if (other !== undefined)
      for (const key in record) if (!Object.hasOwn(properties, key)) convert(record, key, other);
    for (const [key, isList] of absent)
      if (record[key] === undefined) record[key] = isList ? [] : null;
    return record;
  };
}

const repeats = (source: StringSource): boolean => source === 'query' || source === 'form';

/**
 * Returns the required fields that are the empty list (`true`) or `null` (`false`) when the request
 * does not have them.
 */
function absentValues(
  schema: Schema,
  properties: Record<string, Schema>,
  $defs: Defs,
  source: StringSource,
): [key: string, isList: boolean][] {
  return [...new Set(requiredNames(schema, $defs, 0))].flatMap<[string, boolean]>((key) => {
    const form = textFormOf(properties[key] ?? {}, source, lookUpIn($defs));
    if (form.isEmptyAbsent) return [[key, true]];
    return form.isNullAbsent ? [[key, false]] : [];
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

const resolve = ($ref: string, $defs: Defs): Schema | undefined => lookUpIn($defs)($ref);

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

function compileValue(schema: Schema, $defs: Defs, source: StringSource): Coerce | undefined {
  const lookUp = lookUpIn($defs);
  const variants = alternativesOf(schema, lookUp);
  if (variants.every(acceptsAny)) return undefined;
  if (!repeats(source) && variants.every((variant) => variant.type === 'string')) return undefined;
  const form = textFormOf(schema, source, lookUp);
  const plain = compilePlain(variants, $defs, source, form, lookUp);
  return form.kind === 'json' ? (value) => fromJson(value, variants, $defs, plain) : plain;
}

/**
 * Reads the JSON of a value. A string that is not JSON, or does not match the schema, is read as a
 * plain value: people write `?filter=all` where the schema allows `all`.
 */
function fromJson(value: unknown, variants: Schema[], $defs: Defs, plain: Coerce): unknown {
  if (typeof value !== 'string') return plain(value);
  let parsed: unknown;
  try {
    parsed = parseJson(value, MAX_DEPTH);
  } catch {
    return plain(value);
  }
  if (variants.some((variant) => fits(variant, $defs, parsed))) return parsed;
  const converted = plain(value);
  // An object or a list is kept, so that the errors name what is wrong inside it.
  const isText = typeof parsed !== 'object' || parsed === null;
  return isText || variants.some((variant) => fits(variant, $defs, converted)) ? converted : parsed;
}

function compilePlain(
  variants: Schema[],
  $defs: Defs,
  source: StringSource,
  form: TextForm,
  lookUp: LookUp,
): Coerce {
  const arrays = variants.filter((variant) => variant.type === 'array');
  const scalars = variants.filter((variant) => variant.type !== 'array');
  const [items] = arrays.map((array) => compileItems(array, $defs, source, lookUp));
  const isForm = source === 'form';
  const isBlank = isForm && !scalars.some(acceptsEmpty) ? isEmptyInput : undefined;
  const isSplit = !repeats(source) && form.kind === 'list';
  return (value) => {
    if (isSplit && items !== undefined && typeof value === 'string') return items(split(value));
    if (Array.isArray(value)) {
      if (items !== undefined) return items(value);
      return convertScalar(scalars, $defs, value.at(-1), isForm, isBlank);
    }
    if (
      items !== undefined &&
      !scalars.some((variant) => fits(variant, $defs, convert(variant, value, isForm)))
    )
      return items([value]);
    return convertScalar(scalars, $defs, value, isForm, isBlank);
  };
}

/** Splits a list of a path or a header (RFC 9110, section 5.6.1). */
function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
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
 * Whether an empty string can be a value of the schema. A string field may require a length; the
 * check then rejects the empty string. An empty number is an input that was left empty.
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

/** Compiles the conversion of the items of a list. An item is never a list itself. */
function compileItems(
  array: Schema,
  $defs: Defs,
  source: StringSource,
  lookUp: LookUp,
): (values: unknown[]) => unknown[] {
  const isForm = source === 'form';
  const compileItem = (schema: Schema): Coerce | undefined => {
    const variants = alternativesOf(schema, lookUp);
    if (variants.every(acceptsAny)) return undefined;
    const isBlank = isForm && !variants.some(acceptsEmpty) ? isEmptyInput : undefined;
    return (value) => convertScalar(variants, $defs, value, isForm, isBlank);
  };
  const items = array.items ? compileItem(array.items) : undefined;
  const prefix = array.prefixItems?.map(compileItem) ?? [];
  return (values) =>
    values
      .map((value, index) => {
        const coerce = index < prefix.length ? prefix[index] : items;
        return coerce === undefined ? value : coerce(value);
      })
      .filter((value) => value !== undefined);
}

/**
 * Converts to the most specific variant that fits. Strings come last, so `number | string` makes
 * `5` of `"5"`. Text that fits a string variant never becomes `null`.
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
  const members = variant.const === undefined ? variant.enum : [variant.const];
  if (members !== undefined) {
    if (members.includes(value)) return value;
    const index = members.findIndex((member) => isTextOf(member, value, isForm));
    return index === -1 ? value : members[index];
  }
  switch (variant.type) {
    case 'number': {
      const number = readNumber(value);
      return Number.isFinite(number) ? number : value;
    }
    case 'integer': {
      // An integer outside of the safe range would become another number.
      const integer = readNumber(value);
      return Number.isSafeInteger(integer) ? integer : value;
    }
    case 'boolean':
      return isTextOf(true, value, isForm) ? true : value === 'false' ? false : value;
    case 'null':
      return value === 'null' ? null : value;
    default:
      return value;
  }
}

const readNumber = (text: string): number => (NUMBER.test(text) ? Number(text) : Number.NaN);

/**
 * Whether a literal can be written as this text: `1` also as `1.0`, or `true` as `on` in a form.
 */
function isTextOf(literal: unknown, text: string, isForm: boolean): boolean {
  if (typeof literal === 'number') return readNumber(text) === literal;
  return String(literal) === text || (literal === true && isForm && text === 'on');
}
