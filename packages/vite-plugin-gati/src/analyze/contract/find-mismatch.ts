import { refName, type Schema, toTypeScript } from '@gati/contract';

type Lookup = (name: string) => Schema | undefined;

/** Why a value may not be what it should, at one place. */
export interface Mismatch {
  /** JSON Pointer; `/` is the whole. */
  path: string;
  /** What is there; `undefined`: nothing, though it has to be. */
  actual: Schema | undefined;
  /** What should be; `undefined`: nothing may be there. */
  declared: Schema | undefined;
}

/** What is wrong, after the name of what has it. */
export function describeMismatch({ path, actual, declared }: Mismatch): string {
  const at = path === '/' ? '' : `at ${path} `;
  if (!declared)
    return `${at}${path === '/' ? 'it has a body and none is declared' : 'the field is not declared, and others are not allowed'}`;
  if (!actual)
    return `${at}${path === '/' ? 'a body is declared and there is none' : 'the field is declared and not always there'}`;
  return `${at}it is ${toText(actual)}, and ${toText(declared)} is declared`;
}

/** On one line. */
function toText(schema: Schema): string {
  const text = toTypeScript(schema, { direction: 'response' })
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ');
  return `\`${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}\``;
}

const LONGEST = 100;

/**
 * Where a value of `from` may not be one of `to`; undefined where it fits or where that can't be said.
 * Only what is certain counts, so that nobody has to argue with it.
 */
export function findMismatch(
  from: Schema,
  to: Schema,
  lookup: Lookup,
  path = '',
  seen: Set<string> = new Set(),
): Mismatch | undefined {
  const a = follow(from, lookup);
  const b = follow(to, lookup);
  const key = `${from.$ref ?? ''}>${to.$ref ?? ''}`;
  if (from.$ref !== undefined && to.$ref !== undefined) {
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
        : { path: path || '/', actual: from, declared: to }
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
    // A plain number may be declared an integer: types can't tell them apart.
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
