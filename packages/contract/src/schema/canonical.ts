import { ANNOTATIONS, type Schema } from './ir.ts';
import { mapSchema } from './walk.ts';

type Literal = string | number | boolean | null;

/**
 * Converts a schema to its canonical form, which accepts the same values.
 *
 * `anyOf` is flattened, has no duplicates, and is unwrapped if one member remains. Literals of one
 * type become one `enum`. Properties, `required`, `enum` and `anyOf` keep their order, because
 * people read them as the author wrote them. Two exceptions in `anyOf`: a member with a codec comes
 * first, `null` comes last.
 *
 * @see {@link sortSchema} for a form that does not depend on the order.
 */
export function canonicalSchema(schema: Schema): Schema {
  return mapSchema(schema, (part) => {
    let result = dropAbsent(part);
    if (result.required) {
      const required = [...new Set(result.required)];
      result = { ...result, required };
      if (required.length === 0) delete result.required;
    }
    if (result.enum) result = dropAbsent({ ...result, enum: undefined, ...literals(result.enum) });
    return result.anyOf ? union(result, result.anyOf) : result;
  });
}

/**
 * Converts a schema to the canonical form with `anyOf`, `enum` and `required` sorted: for
 * comparisons, hashes and code. Most schemas with the same meaning have the same sorted form.
 */
export function sortSchema(schema: Schema): Schema {
  return sortCanonical(canonicalSchema(schema));
}

function sortCanonical(schema: Schema): Schema {
  return mapSchema(schema, (part) => {
    const { required, enum: values, anyOf } = part;
    if (!required && !values && !anyOf) return part;
    return {
      ...part,
      ...(required && { required: [...required].sort() }),
      ...(values && { enum: [...values].sort(compareLiterals) }),
      ...(anyOf && { anyOf: sortMembers(anyOf) }),
    };
  });
}

function sortMembers(members: Schema[]): Schema[] {
  return members
    .map((member) => ({ member, text: canonicalJson(member) }))
    .sort((a, b) => memberOrder(a.member) - memberOrder(b.member) || compare(a.text, b.text))
    .map(({ member }) => member);
}

/** Compares literals by type, numbers by value, other literals by their text. */
export function compareLiterals(a: Literal, b: Literal): number {
  return (
    compare(typeof a, typeof b) ||
    (typeof a === 'number' ? a - Number(b) : compare(String(a), String(b)))
  );
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

/** @param kept key of objects whose own keys keep their order */
export function sortKeys(value: unknown, kept?: string): unknown {
  return sortAt(value, false, kept);
}

function sortAt(value: unknown, isKept: boolean, kept: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => sortAt(item, false, kept));
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, unknown> = {};
  const keys = Object.keys(value);
  // `sort()` compares code units, as `compare` does.
  for (const key of isKept ? keys : keys.sort()) {
    const item = sortAt((value as Record<string, unknown>)[key], !isKept && key === kept, kept);
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

/** Returns an `enum` of the values without duplicates, or a `const` for a single value. */
function literals(values: Literal[]): Schema {
  const distinct = [...new Set(values)];
  return distinct.length === 1 ? { const: distinct[0]! } : { enum: distinct };
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
 * Returns the members of a union: flattened, without duplicates and without members that accept
 * nothing. Literals of one type become one `enum`, in the place of the first of them.
 */
function gather(anyOf: Schema[]): Schema[] {
  const flat = anyOf
    .flatMap((member) =>
      member.anyOf && Object.keys(member).length === 1 ? gather(member.anyOf) : [member],
    )
    .filter((member) => !isNever(member));
  const byType = new Map<Schema['type'], Literal[]>();
  for (const member of flat) {
    const values = literalsOf(member);
    if (values) byType.set(member.type, [...(byType.get(member.type) ?? []), ...values]);
  }
  const found = new Map<string, Schema>();
  for (const member of flat) {
    const merged = literalsOf(member) ? enumOf(member.type, byType.get(member.type)!) : member;
    const key = canonicalJson(sortCanonical(merged));
    if (!found.has(key)) found.set(key, merged);
  }
  return [...found.values()].sort((a, b) => memberOrder(a) - memberOrder(b));
}

function enumOf(type: Schema['type'], values: Literal[]): Schema {
  const schema = dropAbsent({ type, ...literals(values) });
  const isBoolean =
    schema.enum?.length === 2 && schema.enum.every((value) => typeof value === 'boolean');
  return isBoolean ? { type: 'boolean' } : schema;
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
