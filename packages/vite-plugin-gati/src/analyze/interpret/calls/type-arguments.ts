import type { Compiler, TypeView } from '../../compiler/compiler.ts';

/**
 * Compares a declared type with the same type after type arguments were filled in, and calls `bind`
 * with the type of each type parameter.
 */
export function unify(
  compiler: Compiler,
  declared: TypeView,
  filled: TypeView,
  bind: (parameter: TypeView, type: TypeView) => void,
  depth = 0,
): void {
  if (declared === filled || depth > 6) return;
  if (declared.tag === 'parameter') {
    bind(declared, filled);
    return;
  }
  if (declared.tag === 'union') {
    const members = compiler.members(declared);
    const open = members.filter((member) => member.tag === 'parameter');
    const fixed = members.filter((member) => member.tag !== 'parameter' && member.tag !== 'object');
    const rest =
      filled.tag === 'union'
        ? compiler
            .members(filled)
            .filter((member) => !fixed.some((each) => each.tag === member.tag))
        : [filled];
    if (open.length === 1 && rest.length === 1) bind(open[0]!, rest[0]!);
    for (const member of members)
      if (member.tag === 'object' && rest.length === 1)
        unify(compiler, member, rest[0]!, bind, depth + 1);
    return;
  }
  if (declared.tag !== 'object' || filled.tag !== 'object') return;
  const from = compiler.typeArguments(declared);
  const to = compiler.typeArguments(filled);
  if (from.length > 0 && from.length === to.length) {
    for (const [index, each] of from.entries()) unify(compiler, each, to[index]!, bind, depth + 1);
    return;
  }
  const properties = new Map(
    compiler.properties(filled).map((property) => [property.name, property.type]),
  );
  for (const { name, type } of compiler.properties(declared)) {
    const other = properties.get(name);
    if (other) unify(compiler, type, other, bind, depth + 1);
  }
  const [a] = compiler.returns(declared);
  const [b] = a ? compiler.returns(filled) : [];
  if (a && b) unify(compiler, a, b, bind, depth + 1);
}
