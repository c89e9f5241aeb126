import type { TypeTag } from './compiler.ts';

/** By name, as both compilers have them; each has its own numbers. */
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
  // A union of its members where it has any.
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

/** What a type is, from its flags. @param all the flags of the compiler that it is of, by name */
export function typeTagOf(
  flags: number,
  all: Readonly<Record<(typeof ORDER)[number][0], number>>,
): TypeTag {
  for (const [name, tag] of ORDER) {
    if (flags & all[name] && !(name === 'Enum' && flags & all.Union)) return tag;
  }
  return 'deferred';
}
