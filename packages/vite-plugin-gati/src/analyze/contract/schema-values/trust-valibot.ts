interface ValibotItem {
  kind: string;
  type: string;
  async?: boolean;
  pipe?: ValibotItem[];
  entries?: Record<string, ValibotItem>;
  rest?: ValibotItem;
  item?: ValibotItem;
  items?: ValibotItem[];
  options?: unknown[];
  key?: unknown;
  value?: unknown;
  wrapped?: ValibotItem;
  default?: unknown;
  literal?: unknown;
  getter?: (input: unknown) => ValibotItem;
  requirement?: unknown;
}

/**
 * Whether a schema of valibot 1 changes no value and has only rules that are in its JSON Schema.
 */
export function trustValibot(value: unknown): boolean {
  return isPlain(value as ValibotItem, new Set());
}

function isPlain(schema: ValibotItem, seen: Set<ValibotItem>): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  if (schema.async === true) return false;
  if (schema.pipe) {
    const [first, ...actions] = schema.pipe;
    // The first item of a pipe is the schema itself, without the pipe.
    if (!first || !isPlain({ ...first, pipe: undefined }, seen)) return false;
    return actions.every(isPlainAction);
  }
  const all = (schemas: Iterable<ValibotItem>): boolean =>
    [...schemas].every((inner) => isPlain(inner, seen));
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'any':
    case 'unknown':
    case 'picklist':
    case 'enum':
      return true;
    case 'literal':
      return schema.literal === null || isScalar(schema.literal);
    case 'object':
    case 'loose_object':
    case 'strict_object':
      return all(Object.values(schema.entries ?? {}));
    case 'object_with_rest':
      return all(Object.values(schema.entries ?? {})) && isPlain(schema.rest!, seen);
    case 'array':
      return isPlain(schema.item!, seen);
    case 'optional':
    case 'exact_optional':
    case 'nullable':
    case 'nullish':
      return schema.default === undefined && isPlain(schema.wrapped!, seen);
    case 'union':
      // The first option that accepts a value wins, and may remove keys that a later one declares.
      return (
        all(schema.options as ValibotItem[]) &&
        !(schema.options as ValibotItem[]).some((one) => hasKeys(one, new Set()))
      );
    case 'variant':
      return all(schema.options as ValibotItem[]);
    case 'lazy':
      return isPlain(schema.getter!(undefined), seen);
    default:
      return false;
  }
}

function isPlainAction({ kind, type, requirement }: ValibotItem): boolean {
  if (kind === 'metadata') return true;
  if (kind !== 'validation') return false;
  switch (type) {
    case 'min_length':
    case 'max_length':
    case 'length':
    case 'non_empty':
    case 'integer':
      return type !== 'integer' && type !== 'non_empty' ? typeof requirement === 'number' : true;
    case 'min_value':
    case 'max_value':
      return typeof requirement === 'number';
    case 'regex':
      return requirement instanceof RegExp && requirement.flags === '';
    default:
      return false;
  }
}

function hasKeys(schema: ValibotItem, seen: Set<ValibotItem>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  if (schema.entries || schema.type === 'record') return true;
  const options = Array.isArray(schema.options) ? schema.options : [];
  const inner = [
    schema.wrapped,
    schema.item,
    schema.getter?.(undefined),
    ...options,
    ...(schema.items ?? []),
  ];
  return inner.some(
    (one) => typeof one === 'object' && one !== null && hasKeys(one as ValibotItem, seen),
  );
}

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);
