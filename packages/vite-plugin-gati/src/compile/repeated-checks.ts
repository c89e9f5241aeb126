import { refName, type Schema, walkSchema } from '@gati/contract';

/**
 * Returns a test of definitions: whether a check of one value may check the same object against the
 * definition many times. This happens in a recursive type with overlapping branches, such as `type
 * T = { a: T } | { a: T; b: 1 } | null`: at each level, the second branch repeats the checks of the
 * first. `parent: Comment | null` is not such a type.
 */
export function createRepeatTest(
  find: (name: string) => Schema | undefined,
): (name: string) => boolean {
  const definition = memoize(find);
  const refs = memoize((schema: Schema): Set<string> => {
    const names = new Set<string>();
    walkSchema(schema, ({ $ref }) => $ref !== undefined && names.add(refName($ref)));
    return names;
  });
  const reach = memoize((schema: Schema): Set<string> => {
    const found = new Set<string>();
    const queue = [schema];
    for (let next = queue.pop(); next; next = queue.pop()) {
      for (const name of refs(next)) {
        const target = found.has(name) ? undefined : definition(name);
        found.add(name);
        if (target) queue.push(target);
      }
    }
    return found;
  });

  /** Type of the values that a schema accepts; `undefined` if there may be several. */
  function typeOf(schema: Schema, hops = 0): Schema['type'] {
    if (schema.type !== undefined || schema.$ref === undefined || hops > 8) return schema.type;
    return typeOf(definition(refName(schema.$ref)) ?? {}, hops + 1);
  }

  /** Whether two parts of a schema lead one object to the definition. */
  function overlaps(schema: Schema, name: string): boolean {
    let found = false;
    walkSchema(schema, ({ $ref, not, allOf = [], anyOf = [], ...own }) => {
      const parts = [own, ...($ref === undefined ? [] : [{ $ref }]), ...allOf, ...anyOf];
      if (not) parts.push(not);
      const types = parts.filter((part) => reach(part).has(name)).map((part) => typeOf(part));
      found ||=
        types.length > 1 && (types.includes(undefined) || new Set(types).size < types.length);
    });
    return found;
  }

  return memoize((name) => {
    const schema = definition(name);
    if (!schema || !reach(schema).has(name)) return false;
    return [...reach(schema)].some((member) => {
      const part = definition(member);
      return part !== undefined && reach(part).has(name) && overlaps(part, name);
    });
  });
}

function memoize<Key, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const known = new Map<Key, Result>();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key) as Result;
  };
}
