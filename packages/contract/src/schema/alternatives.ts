import type { Defs, Schema } from './ir.ts';
import { refName } from './refs.ts';

/** Resolves a `$ref`; `undefined` for a definition that does not exist. */
export type LookUp = (ref: string) => Schema | undefined;

/** Longest chain of references, unions and intersections that is followed. */
const MAX_HOPS = 16;

/** Returns a {@link LookUp} for definitions. */
export function lookUpIn(defs: Defs): LookUp {
  return (ref) => {
    const name = refName(ref);
    return Object.hasOwn(defs, name) ? defs[name] : undefined;
  };
}

/**
 * Returns the alternatives of a schema through references, unions and intersections. The result is
 * empty for a definition that does not exist.
 */
export function alternativesOf(schema: Schema, lookUp: LookUp, hops = 0): Schema[] {
  if (hops > MAX_HOPS) return [];
  if (schema.$ref !== undefined) {
    const target = lookUp(schema.$ref);
    return target === undefined ? [] : alternativesOf(target, lookUp, hops + 1);
  }
  if (schema.anyOf !== undefined)
    return schema.anyOf.flatMap((branch) => alternativesOf(branch, lookUp, hops + 1));
  if (schema.allOf !== undefined && schema.type === undefined) {
    const typed = schema.allOf
      .flatMap((part) => alternativesOf(part, lookUp, hops + 1))
      .find((part) => part.type !== undefined);
    return [{ ...typed, ...schema }];
  }
  return [schema];
}
