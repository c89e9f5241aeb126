import { ANNOTATIONS, type Schema } from './ir.ts';
import { mapSchema } from './walk.ts';

type Literal = string | number | boolean | null;

/**
 * Converts a schema to its canonical form, which accepts the same values. Most schemas with the
 * same meaning have the same canonical form.
 *
 * `anyOf` is flattened, has no duplicates, and is unwrapped if one member remains. Literals of one
 * type become one `enum`. `anyOf`, `enum` and `required` are sorted. Properties keep their order,
 * because people read them as the author wrote them.
 */
export function canonicalSchema(schema: Schema): Schema {
  return mapSchema(schema, (part) => {
    let result = dropAbsent(part);
    if (result.required) {
      const required = [...new Set(result.required)].sort();
      result = { ...result, required };
      if (required.length === 0) delete result.required;
    }
    if (result.enum) result = dropAbsent({ ...result, enum: undefined, ...literals(result.enum) });
    return result.anyOf ? union(result, result.anyOf) : result;
  });
}

/**
 * Prints a value as JSON with sorted keys and without `undefined`: the same value gives the same
 * bytes.
 *
 * @param indent Spaces per level. `0`: everything on one line.
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sortKeys(value), undefined, indent);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, unknown> = {};
  // `sort()` compares code units, as `compare` does.
  for (const key of Object.keys(value).sort()) {
    const item = sortKeys((value as Record<string, unknown>)[key]);
    if (key === '__proto__') Object.defineProperty(sorted, key, { value: item, enumerable: true });
    else sorted[key] = item;
  }
  return sorted;
}

/** Compares two strings by code unit, so that the order does not depend on the locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function dropAbsent(schema: Schema): Schema {
  const isAbsent = (key: string): boolean => schema[key as keyof Schema] === undefined;
  if (!Object.keys(schema).some(isAbsent)) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/**
 * Returns an `enum` of the values, sorted and without duplicates, or a `const` for a single value.
 */
function literals(values: Literal[]): Schema {
  const sorted = [...new Set(values)].sort(
    (a, b) =>
      compare(typeof a, typeof b) ||
      (typeof a === 'number' ? a - Number(b) : compare(String(a), String(b))),
  );
  return sorted.length === 1 ? { const: sorted[0]! } : { enum: sorted };
}

function union(outer: Schema, anyOf: Schema[]): Schema {
  const { anyOf: _, ...beside } = outer;
  const members = gather(anyOf);
  if (members.length === 0) return { ...beside, not: {} };
  if (members.some((member) => Object.keys(member).length === 0)) return beside;
  if (members.length === 1) {
    const only = members[0]!;
    // A keyword that is on both levels restricts twice, so `allOf` combines the two. For
    // annotations, the outer level wins.
    const clash = Object.keys(only).some((key) => key in beside && !OUTER_WINS.has(key));
    return clash ? { ...beside, allOf: [...(beside.allOf ?? []), only] } : { ...only, ...beside };
  }
  return { ...beside, anyOf: members };
}

/**
 * Keywords of which a value can have only one, so the outer one wins: annotations and `default`.
 */
const OUTER_WINS: ReadonlySet<string> = new Set([...ANNOTATIONS, 'default']);

/**
 * Returns the members of a union: flattened, sorted, without duplicates and without members that
 * accept nothing. Literals of one type become one `enum`.
 */
function gather(anyOf: Schema[]): Schema[] {
  const flat = anyOf.flatMap((member) =>
    member.anyOf && Object.keys(member).length === 1 ? gather(member.anyOf) : [member],
  );
  const byType = new Map<Schema['type'], Literal[]>();
  const rest = new Map<string, Schema>();
  for (const member of flat) {
    if (isNever(member)) continue;
    const values = literalsOf(member);
    if (values) byType.set(member.type, [...(byType.get(member.type) ?? []), ...values]);
    else rest.set(canonicalJson(member), member);
  }
  for (const [type, values] of byType) {
    const schema = dropAbsent({ type, ...literals(values) });
    const both =
      schema.enum?.length === 2 && schema.enum.every((value) => typeof value === 'boolean');
    const merged: Schema = both ? { type: 'boolean' } : schema;
    rest.set(canonicalJson(merged), merged);
  }
  return [...rest]
    .sort(([textA, a], [textB, b]) => memberOrder(a) - memberOrder(b) || compare(textA, textB))
    .map(([, member]) => member);
}

/**
 * Position of a member in a union. One with a codec comes first, because its wire form also matches
 * a plain member. `null` comes last.
 */
function memberOrder(member: Schema): number {
  if (member['x-gati-codec']) return 0;
  return member.type === 'null' ? 2 : 1;
}

function isNever(schema: Schema): boolean {
  return (
    schema.not !== undefined &&
    Object.keys(schema).length === 1 &&
    Object.keys(schema.not).length === 0
  );
}

/** Returns the values of a member that consists of literals only. */
function literalsOf(schema: Schema): Literal[] | undefined {
  if (schema.type === 'null') return undefined;
  const known = Object.keys(schema).every(
    (key) => key === 'type' || key === 'const' || key === 'enum',
  );
  if (!known) return undefined;
  if (schema.const !== undefined) return schema.enum ? undefined : [schema.const];
  return schema.enum;
}
