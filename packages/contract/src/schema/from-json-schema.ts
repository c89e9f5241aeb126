import { canonicalSchema } from './canonical.ts';
import type { JsonValue, Schema, SchemaType } from './ir.ts';

/** A JSON Schema, as a library or a module prints it. */
export type JsonSchema = boolean | { [keyword: string]: unknown };

export interface ConvertedSchema {
  schema: Schema;
  /** The definitions that it refers to, by the name in the reference. */
  definitions: Map<string, Schema>;
  /** Keywords that a contract can't express. */
  unsupported: Set<string>;
}

const FILE: Schema = { type: 'string', format: 'binary', 'x-gati-codec': 'file' };

const TYPES = new Set<string>([
  'string',
  'number',
  'integer',
  'boolean',
  'null',
  'array',
  'object',
]);
const NUMBERS = [
  'minProperties',
  'maxProperties',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
] as const;
const STRINGS = ['pattern', 'format', 'contentMediaType', 'title', 'description'] as const;
const FLAGS = ['uniqueItems', 'deprecated', 'readOnly', 'writeOnly', 'x-gati-secret'] as const;
/**
 * The types that a keyword applies to. A schema with a list of types becomes one schema per type,
 * each with its own keywords.
 */
const TYPES_OF_KEYWORD: Record<string, SchemaType[]> = {
  properties: ['object'],
  required: ['object'],
  additionalProperties: ['object'],
  propertyNames: ['object'],
  minProperties: ['object'],
  maxProperties: ['object'],
  items: ['array'],
  prefixItems: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  format: ['string'],
  contentEncoding: ['string'],
  contentMediaType: ['string'],
  minimum: ['number', 'integer'],
  maximum: ['number', 'integer'],
  exclusiveMinimum: ['number', 'integer'],
  exclusiveMaximum: ['number', 'integer'],
  multipleOf: ['number', 'integer'],
};
const IGNORED = new Set([
  '$schema',
  '$id',
  '$comment',
  '$anchor',
  '$defs',
  'definitions',
  'default',
  'examples',
  'id',
]);

/** Converts JSON Schema (draft 7 and 2020-12) to the subset that contracts use. */
export function fromJsonSchema(root: JsonSchema): ConvertedSchema {
  const unsupported = new Set<string>();
  const definitions = new Map<string, Schema>();
  const all =
    typeof root === 'object'
      ? { ...(root['definitions'] as object), ...(root['$defs'] as object) }
      : {};
  for (const [name, definition] of Object.entries(all))
    definitions.set(name, canonicalSchema(convert(definition as JsonSchema, unsupported)));
  const schema = canonicalSchema(convert(root, unsupported));
  if (JSON.stringify([schema, ...definitions.values()]).includes('"#/$defs/#"'))
    definitions.set('#', schema);
  return { schema, definitions, unsupported };
}

function convert(source: JsonSchema, unsupported: Set<string>): Schema {
  if (typeof source === 'boolean') return source ? {} : { not: {} };
  const { type } = source;
  if (Array.isArray(type)) return convertTypes(source, type as SchemaType[], unsupported);
  const result: Schema = {};
  const inner = (value: unknown): Schema => convert(value as JsonSchema, unsupported);
  const list = (value: unknown): Schema[] => (value as unknown[]).map(inner);
  for (const key of Object.keys(source)) {
    const value = source[key];
    switch (key) {
      case 'type':
        if (TYPES.has(value as string)) result.type = value as SchemaType;
        break;
      case '$ref':
        result.$ref = toDefinitionRef(value as string);
        break;
      case 'const':
        if (isLiteral(value)) result.const = value;
        else unsupported.add(key);
        break;
      case 'enum':
        if ((value as unknown[]).every(isLiteral))
          result.enum = value as (string | number | boolean | null)[];
        else unsupported.add(key);
        break;
      case 'anyOf':
      case 'oneOf':
        result.anyOf = [...(result.anyOf ?? []), ...list(value)];
        break;
      case 'allOf':
        result.allOf = list(value);
        break;
      case 'not':
        result.not = inner(value);
        break;
      case 'properties':
        result.properties = Object.fromEntries(
          Object.entries(value as object).map(([name, part]) => [name, inner(part)]),
        );
        break;
      case 'required':
        result.required = (value as unknown[]).filter((name) => typeof name === 'string');
        break;
      case 'additionalProperties':
        if (typeof value === 'boolean') {
          if (!value)
            result.additionalProperties = source['patternProperties'] === undefined ? false : {};
        } else if (Object.keys(value as object).length > 0)
          result.additionalProperties = inner(value);
        break;
      case 'propertyNames':
        if (JSON.stringify(value) !== '{"type":"string"}') result.propertyNames = inner(value);
        break;
      case 'items':
        if (Array.isArray(value)) result.prefixItems = list(value);
        else if (value === false) result.items = false;
        else if (value !== true) result.items = inner(value);
        break;
      case 'prefixItems':
        result.prefixItems = list(value);
        break;
      case 'additionalItems':
        if (Array.isArray(source['items'])) result.items = value === false ? false : inner(value);
        break;
      case 'contentEncoding':
        if (value === 'base64') result.contentEncoding = 'base64';
        break;
      case 'x-gati-codec':
        result['x-gati-codec'] = value as NonNullable<Schema['x-gati-codec']>;
        break;
      default:
        copyPlain(result, key, value, unsupported);
    }
  }
  if (source['default'] !== undefined) result.default = source['default'] as JsonValue;
  if (Array.isArray(source['examples'])) result.examples = source['examples'] as JsonValue[];
  if (source['format'] === 'binary' && source['type'] === 'string')
    return {
      ...FILE,
      ...(result.description === undefined ? {} : { description: result.description }),
    };
  return result;
}

function copyPlain(result: Schema, key: string, value: unknown, unsupported: Set<string>): void {
  if ((NUMBERS as readonly string[]).includes(key)) {
    // A bound that every safe integer fits has no effect.
    if (typeof value === 'number' && Math.abs(value) !== Number.MAX_SAFE_INTEGER)
      Object.assign(result, { [key]: value });
  } else if ((STRINGS as readonly string[]).includes(key)) {
    if (typeof value === 'string') Object.assign(result, { [key]: value });
  } else if ((FLAGS as readonly string[]).includes(key)) {
    if (value === true) Object.assign(result, { [key]: true });
  } else if (!IGNORED.has(key) && !key.startsWith('x-')) unsupported.add(key);
}

function convertTypes(
  source: { [keyword: string]: unknown },
  types: SchemaType[],
  unsupported: Set<string>,
): Schema {
  const shared = Object.fromEntries(
    Object.entries(source).filter(
      ([key]) => key !== 'type' && !TYPES_OF_KEYWORD[key] && key !== 'enum' && key !== 'const',
    ),
  );
  const values = source['enum'] as unknown[] | undefined;
  const anyOf = types.map((type) => {
    const own = Object.fromEntries(
      Object.entries(source).filter(([key]) => TYPES_OF_KEYWORD[key]?.includes(type)),
    );
    const fitting = values?.filter(
      (value) => typeName(value) === type || (type === 'integer' && Number.isInteger(value)),
    );
    return { ...own, type, ...(fitting && type !== 'null' ? { enum: fitting } : {}) };
  });
  return convert({ ...shared, anyOf }, unsupported);
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function isLiteral(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function toDefinitionRef(ref: string): string {
  return ref === '#'
    ? '#/$defs/#'
    : `#/$defs/${decodeURIComponent(ref.slice(ref.lastIndexOf('/') + 1))}`;
}
