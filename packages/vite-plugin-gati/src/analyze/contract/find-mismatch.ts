import { refName, type Schema, toTypeScript } from '@gati/contract';

type Lookup = (name: string) => Schema | undefined;

/** The first difference between the schema of a body and its declaration. */
export interface Mismatch {
  /** JSON Pointer; `/` is the whole body. */
  path: string;
  /** The schema of the body at this place; `undefined` if a declared value may be missing. */
  actual: Schema | undefined;
  /** The declared schema; `undefined` if no value is allowed there. */
  declared: Schema | undefined;
}

/** Describes a mismatch, as the end of a sentence about the body. */
export function describeMismatch({ path, actual, declared }: Mismatch): string {
  const at = path === '/' ? '' : `at ${path} `;
  if (!declared)
    return `${at}${path === '/' ? 'it has a body, but none is declared' : 'the field is not declared, and other fields are not allowed'}`;
  if (!actual)
    return `${at}${path === '/' ? 'a body is declared, but there is none' : 'the field is declared, but may be missing'}`;
  return `${at}it is ${toText(actual)}, but ${toText(declared)} is declared`;
}

/** Maximum number of characters of a printed schema. */
const LONGEST = 100;

/** Prints a schema as TypeScript on one line. */
function toText(schema: Schema): string {
  const text = toTypeScript(schema, { direction: 'response' })
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ');
  return `\`${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}\``;
}

/**
 * Finds a place where `actual` has values that `declared` does not have. Returns `undefined` if
 * there is no such place, or if that is not certain: the analysis must not report a false mismatch.
 */
export function findMismatch(
  actual: Schema,
  declared: Schema,
  lookup: Lookup,
  path = '',
  seen: Set<string> = new Set(),
): Mismatch | undefined {
  const a = follow(actual, lookup);
  const b = follow(declared, lookup);
  const key = `${actual.$ref ?? ''}>${declared.$ref ?? ''}`;
  if (actual.$ref !== undefined && declared.$ref !== undefined) {
    if (seen.has(key)) return undefined;
    seen.add(key);
  }
  if (isUnknown(a) || isUnknown(b) || a.allOf || b.allOf) return undefined;
  if (a.anyOf) {
    for (const member of a.anyOf) {
      const found = findMismatch(member, b, lookup, path, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (b.anyOf) {
    const reasons = b.anyOf.map((member) => findMismatch(a, member, lookup, path, seen));
    return reasons.every((reason) => reason !== undefined)
      ? reasons.length === 1
        ? reasons[0]
        : { path: path || '/', actual, declared }
      : undefined;
  }
  return findPlainMismatch(a, b, lookup, path, seen);
}

function findPlainMismatch(
  a: Schema,
  b: Schema,
  lookup: Lookup,
  path: string,
  seen: Set<string>,
): Mismatch | undefined {
  const here: Mismatch = { path: path || '/', actual: a, declared: b };
  const values = a.const !== undefined ? [a.const] : a.enum;
  const allowed = b.const !== undefined ? [b.const] : b.enum;
  if (allowed)
    return values
      ? values.every((value) => allowed.includes(value))
        ? undefined
        : here
      : a.type !== undefined
        ? here
        : undefined;
  if (
    a.type !== undefined &&
    b.type !== undefined &&
    a.type !== b.type &&
    !(b.type === 'number' && a.type === 'integer')
  ) {
    // TypeScript has no type for integers, so a number may be declared as one.
    if (!(a.type === 'number' && b.type === 'integer')) return here;
  }
  if (b.type === 'object') {
    for (const name of b.required ?? [])
      if (!a.required?.includes(name) && a.additionalProperties === undefined)
        return { path: `${path}/${name}`, actual: undefined, declared: b.properties?.[name] ?? {} };
    for (const [name, part] of Object.entries(b.properties ?? {})) {
      const own = a.properties?.[name];
      const found = own && findMismatch(own, part, lookup, `${path}/${name}`, seen);
      if (found !== undefined) return found;
    }
    if (b.additionalProperties === false)
      for (const [name, part] of Object.entries(a.properties ?? {}))
        if (!Object.hasOwn(b.properties ?? {}, name))
          return { path: `${path}/${name}`, actual: part, declared: undefined };
  }
  if (
    b.type === 'array' &&
    typeof a.items === 'object' &&
    typeof b.items === 'object' &&
    !a.prefixItems &&
    !b.prefixItems
  )
    return findMismatch(a.items, b.items, lookup, `${path}/0`, seen);
  return undefined;
}

function follow(schema: Schema, lookup: Lookup): Schema {
  let current = schema;
  for (let depth = 0; current.$ref !== undefined && depth < 20; depth++)
    current = lookup(refName(current.$ref)) ?? {};
  return current;
}

function isUnknown(schema: Schema): boolean {
  return Object.keys(schema).every((key) => key === 'description' || key === 'title');
}
