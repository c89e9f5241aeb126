/**
 * How far the JSON Schema of a schema value may stand for its `validate`. Where it may, a request that
 * the compiled check accepts skips `validate`; every other request goes through `validate`, which
 * decides alone. So trust needs one direction only: what the check accepts, `validate` accepts and
 * returns unchanged.
 *
 * - `strict`: holds for values without undeclared keys, since `validate` would remove those.
 * - `open`: holds for undeclared keys too.
 * Without trust the schema transforms, refines, coerces or fills in, or nothing is known about it.
 */
export type Trust = 'open' | 'strict';

/** How the schema values of one route are used, by part. */
export interface RouteValues {
  /** Parts that the handler's file exports as values. */
  parts: readonly string[];
  /** Statuses of `export const responses` whose value is a schema. */
  responses?: readonly string[];
  trust: Readonly<Record<string, Trust>>;
}
