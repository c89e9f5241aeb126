import { refName, type Schema } from '@gati/contract';

type Lookup = (name: string) => Schema | undefined;

/**
 * Why a value of `from` may not be one of `to`, as the path to the place; undefined where it fits or where that can't be said.
 * Only what is certain counts, so that nobody has to argue with it.
 */
export function findMismatch(from: Schema, to: Schema, lookup: Lookup, path = '', seen: Set<string> = new Set()): string | undefined {
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
    return reasons.every((reason) => reason !== undefined) ? path || '/' : undefined;
  }
  return mismatchPlain(a, b, lookup, path, seen);
}

function mismatchPlain(a: Schema, b: Schema, lookup: Lookup, path: string, seen: Set<string>): string | undefined {
  const here = path || '/';
  const values = a.const !== undefined ? [a.const] : a.enum;
  const allowed = b.const !== undefined ? [b.const] : b.enum;
  if (allowed)
    return values ? (values.every((value) => allowed.includes(value)) ? undefined : here) : a.type !== undefined ? here : undefined;
  if (a.type !== undefined && b.type !== undefined && a.type !== b.type && !(b.type === 'number' && a.type === 'integer')) {
    // A plain number may be declared an integer: types can't tell them apart.
    if (!(a.type === 'number' && b.type === 'integer')) return here;
  }
  if (b.type === 'object') {
    for (const name of b.required ?? []) if (!a.required?.includes(name) && a.additionalProperties === undefined) return `${path}/${name}`;
    for (const [name, part] of Object.entries(b.properties ?? {})) {
      const own = a.properties?.[name];
      const found = own && findMismatch(own, part, lookup, `${path}/${name}`, seen);
      if (found !== undefined) return found;
    }
    if (b.additionalProperties === false)
      for (const name of Object.keys(a.properties ?? {})) if (!Object.hasOwn(b.properties ?? {}, name)) return `${path}/${name}`;
  }
  if (b.type === 'array' && typeof a.items === 'object' && typeof b.items === 'object' && !a.prefixItems && !b.prefixItems)
    return findMismatch(a.items, b.items, lookup, `${path}/0`, seen);
  return undefined;
}

function follow(schema: Schema, lookup: Lookup): Schema {
  let current = schema;
  for (let depth = 0; current.$ref !== undefined && depth < 20; depth++) current = lookup(refName(current.$ref)) ?? {};
  return current;
}

function isUnknown(schema: Schema): boolean {
  return Object.keys(schema).every((key) => key === 'description' || key === 'title');
}
