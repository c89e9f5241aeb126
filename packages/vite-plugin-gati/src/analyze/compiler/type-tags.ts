import type { TypeTag } from './compiler.ts';

/**
 * `TypeFlags` by name, in the order in which they are tested: each compiler has its own numbers.
 */
const ORDER = [
  ['Any', 'any'],
  ['Unknown', 'unknown'],
  ['Never', 'never'],
  ['Undefined', 'undefined'],
  ['Void', 'void'],
  ['Null', 'null'],
  ['StringLiteral', 'literal'],
  ['NumberLiteral', 'literal'],
  ['BigIntLiteral', 'literal'],
  ['BooleanLiteral', 'literal'],
  ['Boolean', 'boolean'],
  ['String', 'string'],
  ['Number', 'number'],
  // An enum with members is a union.
  ['Enum', 'number'],
  ['BigInt', 'bigint'],
  ['ESSymbolLike', 'symbol'],
  ['TemplateLiteral', 'template'],
  ['StringMapping', 'stringMapping'],
  ['Union', 'union'],
  ['Intersection', 'intersection'],
  ['NonPrimitive', 'nonPrimitive'],
  ['Object', 'object'],
  ['TypeParameter', 'parameter'],
] as const satisfies readonly (readonly [string, TypeTag])[];

/**
 * Returns the tag of a type with these flags.
 *
 * @param all `TypeFlags` of the type's compiler
 */
export function typeTagOf(
  flags: number,
  all: Readonly<Record<(typeof ORDER)[number][0], number>>,
): TypeTag {
  for (const [name, tag] of ORDER) {
    if (flags & all[name] && !(name === 'Enum' && flags & all.Union)) return tag;
  }
  return 'deferred';
}
