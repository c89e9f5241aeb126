interface ZodSchema {
  _zod: { def: ZodDef };
}

interface ZodDef {
  type: string;
  coerce?: boolean;
  checks?: { _zod: { def: ZodCheck } }[];
  shape?: Record<string, ZodSchema>;
  catchall?: ZodSchema;
  element?: ZodSchema;
  items?: ZodSchema[];
  rest?: ZodSchema | null;
  options?: ZodSchema[];
  discriminator?: string;
  innerType?: ZodSchema;
  keyType?: ZodSchema;
  valueType?: ZodSchema;
  getter?: () => ZodSchema;
  values?: unknown[];
  pattern?: RegExp;
  format?: string;
  check?: string;
}

interface ZodCheck {
  check: string;
  format?: string;
  pattern?: RegExp;
  value?: unknown;
}

/** Formats that zod checks by a function in addition to their pattern. */
const NOT_BY_PATTERN = new Set([
  'url',
  'ipv6',
  'cidrv6',
  'base64',
  'base64url',
  'jwt',
  'json_string',
]);

/** Whether a schema of zod 4 changes no value and has only rules that are in its JSON Schema. */
export function trustZod(value: unknown): boolean {
  return isPlain(value as ZodSchema, new Set());
}

function isPlain(schema: ZodSchema, seen: Set<ZodSchema>): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  const { def } = schema._zod;
  const all = (schemas: Iterable<ZodSchema>): boolean =>
    [...schemas].every((inner) => isPlain(inner, seen));
  if (def.coerce === true) return false;
  if (!(def.checks ?? []).every(({ _zod }) => isPlainCheck(_zod.def))) return false;
  switch (def.type) {
    case 'string':
    case 'number':
      // `z.email()`, `z.int()` and the like are a type and a check in one.
      return def.check === undefined || isPlainCheck(def as ZodCheck);
    case 'boolean':
    case 'null':
    case 'any':
    case 'unknown':
    case 'enum':
      return true;
    case 'literal':
      return (def.values ?? []).every((one) => one === null || isScalar(one));
    case 'object':
      return (
        all(Object.values(def.shape ?? {})) &&
        (def.catchall === undefined ||
          def.catchall._zod.def.type === 'never' ||
          isPlain(def.catchall, seen))
      );
    case 'array':
      return isPlain(def.element!, seen);
    case 'tuple':
      return all(def.items ?? []) && (!def.rest || isPlain(def.rest, seen));
    case 'record': {
      const key = def.keyType!._zod.def;
      return (
        key.type === 'string' && !key.checks?.length && !key.check && isPlain(def.valueType!, seen)
      );
    }
    case 'union':
      // The first option that accepts a value wins, and may remove keys that a later one declares.
      return (
        all(def.options ?? []) &&
        (def.discriminator !== undefined ||
          !(def.options ?? []).some((one) => hasKeys(one, new Set())))
      );
    case 'optional':
    case 'nullable':
    case 'nonoptional':
      return isPlain(def.innerType!, seen);
    case 'lazy':
      return isPlain(def.getter!(), seen);
    default:
      return false;
  }
}

function isPlainCheck({ check, format, pattern, value }: ZodCheck): boolean {
  switch (check) {
    case 'min_length':
    case 'max_length':
    case 'length_equals':
      return true;
    case 'less_than':
    case 'greater_than':
      return typeof value === 'number';
    case 'multiple_of':
      return Number.isInteger(value);
    case 'number_format':
      return format === 'safeint';
    case 'string_format':
      return pattern !== undefined && pattern.flags === '' && !NOT_BY_PATTERN.has(format ?? '');
    default:
      return false;
  }
}

function hasKeys(schema: ZodSchema, seen: Set<ZodSchema>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const { def } = schema._zod;
  if (def.type === 'object' || def.type === 'record') return true;
  const inner = [
    def.innerType,
    def.element,
    def.rest,
    def.getter?.(),
    ...(def.items ?? []),
    ...(def.options ?? []),
  ];
  return inner.some((one) => Boolean(one) && hasKeys(one!, seen));
}

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);
