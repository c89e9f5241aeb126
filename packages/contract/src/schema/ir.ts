/**
 * A schema: a closed subset of JSON Schema 2020-12 (https://json-schema.org/draft/2020-12), so that
 * an OpenAPI 3.1 document can contain it unchanged.
 *
 * `{}` accepts every value, `{ not: {} }` accepts none. Objects are open unless
 * `additionalProperties` is `false`.
 */
export interface Schema {
  /** `#/$defs/Name`, with a name of {@link Defs}. */
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
  /**
   * Schema of the keys of an object, for example `{ enum: ['a', 'b'] }` for `Record<'a' | 'b',
   * number>`.
   */
  propertyNames?: Schema;

  /** `false`: no items after `prefixItems`. */
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

  /** Type of the value in a handler, if JSON has no such type. */
  'x-gati-codec'?: Codec;
  /** The value is a secret: telemetry hides it. */
  'x-gati-secret'?: boolean;
}

/**
 * Keywords that describe a value to people: they neither restrict it nor change it. Callers add the
 * other keywords that do not matter for their purpose.
 */
export const ANNOTATIONS: readonly (keyof Schema)[] = [
  'title',
  'description',
  'deprecated',
  'examples',
];

/** Types of JSON, with `integer` as a number without a fraction. */
export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/**
 * JavaScript types that JSON lacks, and the form in which their values are sent:
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

/** Schemas by name, for `$ref`. They can be recursive. A name is a TypeScript identifier. */
export type Defs = Record<string, Schema>;

/** A value that JSON can represent. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };
