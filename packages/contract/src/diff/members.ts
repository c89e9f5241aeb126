import { ANNOTATIONS, type Defs, type Schema } from '../schema/ir.ts';
import { resolveRef } from '../schema/refs.ts';
import type { Literal } from './subtype/atoms.ts';
import { isAny } from './subtype/normaliser.ts';

/** The members of a union, grouped as people would name them. */
export interface Members {
  /** `null` is a member. */
  nullable: boolean;
  literals: Literal[];
  /** All other members: references resolved, none of them a union. */
  plain: Schema[];
}

/** Keywords of a schema that only lists literals. The caller compares annotations and `default`. */
const LITERAL_KEYS: ReadonlySet<string> = new Set([
  'type',
  'const',
  'enum',
  'default',
  ...ANNOTATIONS,
]);

/** Splits a schema into members: those of its union, or the schema itself. */
export function toMembers(schema: Schema, defs: Defs): Members {
  const members: Members = { nullable: false, literals: [], plain: [] };
  collect(schema, defs, members, new Set());
  // `true` and `false` together are the type `boolean`.
  if (members.literals.includes(true) && members.literals.includes(false)) {
    members.literals = members.literals.filter((value) => typeof value !== 'boolean');
    members.plain.push({ type: 'boolean' });
  }
  members.literals = [...new Set(members.literals)];
  return members;
}

function collect(schema: Schema, defs: Defs, members: Members, open: ReadonlySet<string>): void {
  const { $ref } = schema;
  if ($ref !== undefined && open.has($ref)) return;
  const inner = $ref === undefined ? open : new Set([...open, $ref]);
  const resolved = resolveRef(schema, defs);
  const { anyOf, ...beside } = resolved;
  if (anyOf && isAny(beside)) {
    for (const member of anyOf) collect(member, defs, members, inner);
    return;
  }
  const values = literalsOf(resolved);
  if (!values) members.plain.push(resolved);
  for (const value of values ?? []) {
    if (value === null) members.nullable = true;
    else members.literals.push(value);
  }
}

function literalsOf(schema: Schema): Literal[] | undefined {
  if (schema.type === 'null' && schema.const === undefined && !schema.enum) return [null];
  if (!Object.entries(schema).every(([key, value]) => value === undefined || LITERAL_KEYS.has(key)))
    return undefined;
  const values =
    schema.const === undefined ? schema.enum : schema.enum ? undefined : [schema.const];
  return values?.filter((value) => isOfType(value, schema.type));
}

/** Returns the type of a schema, with `number` for integers too. */
export function kindOf({ type }: Schema): Exclude<Schema['type'], 'integer'> {
  return type === 'integer' ? 'number' : type;
}

/** Whether a literal has a type. */
export function isOfType(value: Literal, type: Schema['type']): boolean {
  if (type === undefined) return true;
  if (value === null) return type === 'null';
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
