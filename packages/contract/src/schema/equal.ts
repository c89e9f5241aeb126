import { sortSchema } from './canonical.ts';
import type { Schema } from './ir.ts';

/**
 * Compares two JSON values deeply. The order of keys does not matter; `undefined` equals an absent
 * key.
 */
export function equalJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => equalJson(item, b[index]))
    );
  }
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && equalJson(value, right.get(key)))
  );
}

/**
 * Whether two schemas have the same sorted form. The order of properties, `required`, `enum` and
 * `anyOf` does not matter. References are compared by name.
 */
export function equalSchemas(a: Schema, b: Schema): boolean {
  return equalJson(sortSchema(a), sortSchema(b));
}
