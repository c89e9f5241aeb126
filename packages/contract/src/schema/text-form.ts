import { alternativesOf, type LookUp } from './alternatives.ts';
import type { Schema } from './ir.ts';

/**
 * Part of a request that contains values as strings. `rest` is the parameter of a catch-all,
 * `*rest`.
 */
export type TextPlace = 'params' | 'rest' | 'query' | 'headers' | 'form';

/**
 * How a value becomes text:
 *
 * - `text`: one string. A date is RFC 3339, a bigint decimal, bytes are base64, `null` is `null`
 * - `list`: each item is a string. A query and a form repeat the name, a path and a header separate
 *   the items by commas
 * - `json`: the JSON of the whole value
 * - `none`: no string can represent the value
 */
export type TextFormKind = 'text' | 'list' | 'json' | 'none';

export interface TextForm {
  kind: TextFormKind;
  /**
   * No string can represent `null`, so a client leaves the field out. The server reads `null` where
   * a required field is absent.
   */
  isNullAbsent: boolean;
  /**
   * No string can represent the empty list, so a client leaves the field out. The server reads the
   * empty list where a required field is absent.
   */
  isEmptyAbsent: boolean;
  /** Reason for the kind `none`. Completes a sentence that begins with the name of the field. */
  reason?: string;
}

/**
 * Kinds of values by their text form:
 *
 * - `text`: a string, a number, a boolean, `null`, or a type that is one of them in JSON
 * - `list`: an array, a tuple or a set of `text` values
 * - `either`: a `text` value or a `list`
 * - `nullableList`: a `list`, or `null`
 * - `data`: an object, a list of objects or lists, or a list with items that no string can
 *   represent
 * - `file`: a file or a list of files
 * - `fileInData`: an object or a list with a file inside
 */
type Shape = 'text' | 'list' | 'either' | 'nullableList' | 'data' | 'file' | 'fileInData';

const REST = 'is not a string, but the rest of a path is always one string';
const NO_FILE = 'is a file, but only a form can contain files';
const FILE_INSIDE = 'contains a file, but a file must be a field of a form';

/**
 * The serialization of requests: the form of each shape in each place, or why it has none. Client,
 * SDK, server, OpenAPI and `testApp` follow it.
 */
export const TEXT_FORMS: Readonly<Record<Shape, Readonly<Record<TextPlace, string>>>> = {
  text: { params: 'text', rest: 'text', query: 'text', headers: 'text', form: 'text' },
  list: { params: 'list', rest: REST, query: 'list', headers: 'list', form: 'list' },
  either: { params: 'json', rest: REST, query: 'list', headers: 'json', form: 'list' },
  nullableList: { params: 'json', rest: REST, query: 'json', headers: 'json', form: 'json' },
  data: { params: 'json', rest: REST, query: 'json', headers: 'json', form: 'json' },
  file: { params: NO_FILE, rest: NO_FILE, query: NO_FILE, headers: NO_FILE, form: 'list' },
  fileInData: {
    params: FILE_INSIDE,
    rest: FILE_INSIDE,
    query: FILE_INSIDE,
    headers: FILE_INSIDE,
    form: FILE_INSIDE,
  },
};

const NULL_IN_PATH = "may be `null`, but a path can't contain `null`";

/** Returns how the values of a field become text. */
export function textFormOf(schema: Schema, place: TextPlace, lookUp: LookUp): TextForm {
  const alternatives = alternativesOf(schema, lookUp);
  const form = TEXT_FORMS[shapeOf(alternatives, lookUp)][place];
  const isPath = place === 'params' || place === 'rest';
  const isNullable = form !== 'json' && alternatives.some(isNull);
  if (form !== 'text' && form !== 'list' && form !== 'json') return none(form);
  if (isNullable && isPath) return none(NULL_IN_PATH);
  return {
    kind: form,
    isNullAbsent: isNullable && alternatives.some((one) => isFile(one) || canBeNullText(one)),
    isEmptyAbsent: form === 'list' && !isPath && alternatives.every(canBeEmpty),
  };
}

const none = (reason: string): TextForm => ({
  kind: 'none',
  isNullAbsent: false,
  isEmptyAbsent: false,
  reason,
});

function shapeOf(alternatives: Schema[], lookUp: LookUp): Shape {
  // A value whose type is not declared arrives as a string.
  if (alternatives.every(isAny)) return 'text';
  if (alternatives.some((one) => holdsFile(one, lookUp, new Set()) && !isFileField(one, lookUp)))
    return 'fileInData';
  if (alternatives.some((one) => isFileField(one, lookUp))) return 'file';
  const lists = alternatives.filter(({ type }) => type === 'array');
  if (alternatives.some(({ type }) => type === 'object')) return 'data';
  if (lists.some((list) => !isListOfTexts(list, lookUp))) return 'data';
  if (lists.length === 0) return 'text';
  if (lists.length === alternatives.length) return 'list';
  return alternatives.some(isNull) ? 'nullableList' : 'either';
}

function isListOfTexts(list: Schema, lookUp: LookUp): boolean {
  return itemsOf(list).every((item) => {
    const alternatives = alternativesOf(item, lookUp);
    const isText = alternatives.every(({ type }) => type !== 'array' && type !== 'object');
    return isText && !(alternatives.some(isNull) && alternatives.some(canBeNullText));
  });
}

const itemsOf = ({ prefixItems = [], items }: Schema): Schema[] => [
  ...prefixItems,
  ...(typeof items === 'object' ? [items] : []),
];

const isAny = (schema: Schema): boolean =>
  schema.type === undefined &&
  schema.const === undefined &&
  schema.enum === undefined &&
  schema['x-gati-codec'] === undefined;

const isNull = (schema: Schema): boolean =>
  schema.type === 'null' || schema.const === null || (schema.enum?.includes(null) ?? false);

/** Whether the text `null` may be a value. */
function canBeNullText(schema: Schema): boolean {
  if (schema.const !== undefined) return schema.const === 'null';
  if (schema.enum !== undefined) return schema.enum.includes('null');
  const codec = schema['x-gati-codec'];
  return isAny(schema) || (schema.type === 'string' && codec !== 'date' && codec !== 'bigint');
}

const canBeEmpty = ({ type, minItems = 0 }: Schema): boolean => type === 'array' && minItems === 0;

const isFile = (schema: Schema): boolean => schema['x-gati-codec'] === 'file';

function isFileField(schema: Schema, lookUp: LookUp): boolean {
  if (isFile(schema)) return true;
  if (schema.type !== 'array') return false;
  const items = itemsOf(schema).flatMap((item) => alternativesOf(item, lookUp));
  return items.some(isFile) && items.every(({ type }) => type !== 'array' && type !== 'object');
}

function holdsFile(schema: Schema, lookUp: LookUp, seen: Set<string>): boolean {
  if (isFile(schema)) return true;
  if (schema.$ref !== undefined) {
    if (seen.has(schema.$ref)) return false;
    seen.add(schema.$ref);
    const target = lookUp(schema.$ref);
    if (target !== undefined && holdsFile(target, lookUp, seen)) return true;
  }
  const { additionalProperties: rest, properties, anyOf = [], allOf = [] } = schema;
  return [
    ...itemsOf(schema),
    ...Object.values(properties ?? {}),
    ...(typeof rest === 'object' ? [rest] : []),
    ...anyOf,
    ...allOf,
  ].some((part) => holdsFile(part, lookUp, seen));
}
