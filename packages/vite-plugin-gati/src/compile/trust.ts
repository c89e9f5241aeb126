/**
 * How far the JSON Schema of a schema value can replace its `validate`. With trust, a request that
 * the compiled check accepts skips `validate`; for every other request `validate` alone decides. So
 * trust needs one direction only: each value that the check accepts, `validate` accepts and returns
 * unchanged.
 *
 * - `strict`: holds for values without undeclared keys, since `validate` would remove those.
 * - `open`: holds for undeclared keys too.
 *
 * A schema has no trust if it transforms, refines, coerces or fills in values, or if Gati knows
 * nothing about it.
 */
export type Trust = 'open' | 'strict';

/** Use of the schema values of one file, by the names of their exports. */
export interface SchemaValues {
  /** Parts of a request, or the payload of an effect, that the file exports as values. */
  parts: readonly string[];
  trust: Readonly<Record<string, Trust>>;
}

/** Use of the schema values of one route. */
export interface RouteValues extends SchemaValues {
  /** Statuses of `export const responses` whose value is a schema. */
  responses?: readonly string[];
}
