/**
 * The schema IR: a closed subset of JSON Schema 2020-12 (https://json-schema.org/draft/2020-12),
 * so that a contract can be put into an OpenAPI 3.1 document as it stands.
 *
 * Absent facts are absent keys. `{}` accepts every value, `{ not: {} }` none.
 * Objects are open unless `additionalProperties` is `false`.
 */
export interface Schema {
  /** `#/$defs/Name`, the name as it stands in {@link Defs}. */
  $ref?: string;
  type?: SchemaType;
  const?: string | number | boolean | null;
  enum?: (string | number | boolean | null)[];
  anyOf?: Schema[];
  allOf?: Schema[];
  not?: Schema;

  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  minProperties?: number;
  maxProperties?: number;
  /** Bounds the keys of a record, for example `Record<'a' | 'b', number>` with `propertyNames.enum`. */
  propertyNames?: Schema;

  /** `false` closes a tuple behind its `prefixItems`. */
  items?: Schema | false;
  prefixItems?: Schema[];
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;

  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  contentEncoding?: 'base64';
  contentMediaType?: string;

  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;

  default?: JsonValue;
  title?: string;
  description?: string;
  deprecated?: boolean;
  examples?: JsonValue[];
  readOnly?: boolean;
  writeOnly?: boolean;

  /** What the value is in a handler where that is not what travels as JSON. */
  'x-gati-codec'?: Codec;
}

/**
 * Keywords that describe a value to people: they neither restrict it nor change it. Callers add the
 * other keywords that do not count for what they do.
 */
export const ANNOTATIONS: readonly (keyof Schema)[] = [
  'title',
  'description',
  'deprecated',
  'examples',
];

export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/**
 * How a JavaScript value that JSON has no form for travels:
 *
 * | codec | in a handler | on the wire |
 * |---|---|---|
 * | `date` | `Date` | RFC 3339 string, `format: 'date-time'` |
 * | `bigint` | `bigint` | decimal string, `format: 'bigint'`, `pattern: '^-?[0-9]+$'` |
 * | `bytes` | `Uint8Array` | base64 string, `contentEncoding: 'base64'` |
 * | `set` | `Set` | array, `uniqueItems: true` |
 * | `map` | `Map` | object |
 * | `file` | `File` | a part of `multipart/form-data`, `format: 'binary'` |
 */
export type Codec = 'date' | 'bigint' | 'bytes' | 'set' | 'map' | 'file';

/** Named and recursive schemas by name. A name is a TypeScript identifier. */
export type Defs = Record<string, Schema>;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };
