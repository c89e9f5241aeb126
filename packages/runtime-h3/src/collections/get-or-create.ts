/** The part of `Map` and `WeakMap` that {@link getOrCreate} uses. */
interface Store<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/**
 * Returns the value of `key`. If the map has none yet, stores and returns what `create` makes.
 * `undefined` counts as no value.
 */
export function getOrCreate<Key, Value>(
  map: Store<Key, Value>,
  key: Key,
  create: (key: Key) => Value,
): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create(key);
  map.set(key, created);
  return created;
}
