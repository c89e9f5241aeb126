import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import type { SymbolView, TypeView } from '../../compiler/compiler.ts';
import type { Fact, Facts } from './facts.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import { idOf } from './values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/**
 * Returns the members of a union that a variable can have according to the facts of this path. The
 * compiler narrows inside of a branch only. This narrows after it too, as in `res.status = r.ok ?
 * 200 : 404; return r;`.
 */
export function narrowMembers(
  walk: InterpreterApi,
  node: Node,
  members: readonly TypeView[],
  facts: Facts,
): readonly TypeView[] {
  if (facts.size === 0 || members.length < 2) return members;
  const symbol = constantSymbol(walk, node);
  if (!symbol) return members;
  const reference = `#${idOf(symbol)}`;
  const own = [...facts].filter(
    ([key]) => key.startsWith(reference, 1) && !/\d/.test(key[1 + reference.length] ?? ''),
  );
  const kept = members.filter((member) =>
    own.every(([key, fact]) => agrees(walk, member, key, fact, reference)),
  );
  return kept.length > 0 ? kept : members;
}

const DECLARATIONS = new Set<number>([
  K.VariableDeclaration,
  K.BindingElement,
  K.ObjectBindingPattern,
  K.ArrayBindingPattern,
]);

/** The symbol of a `const`: facts about it always hold. */
function constantSymbol(walk: InterpreterApi, node: Node): SymbolView | undefined {
  const inner = unwrap(walk.compiler, node);
  if (!isIdentifier(walk.compiler, inner)) return undefined;
  const shorthand = walk.compiler.kind(inner.parent) === K.ShorthandPropertyAssignment;
  const symbol = shorthand
    ? walk.compiler.shorthandValue(inner.parent)
    : walk.snapshot.symbol(inner);
  let list = symbol?.declarations[0]?.node();
  while (list && DECLARATIONS.has(walk.compiler.kind(list))) list = list.parent as Node | undefined;
  // 2 is `NodeFlags.Const` in both compilers.
  return list && walk.compiler.kind(list) === K.VariableDeclarationList && (list.flags & 2) !== 0
    ? symbol
    : undefined;
}

/** Whether a fact about the variable can hold for a member of its type. */
function agrees(
  walk: InterpreterApi,
  member: TypeView,
  key: string,
  { value }: Fact,
  reference: string,
): boolean {
  const rest = key.slice(1 + reference.length);
  const [, property, unequal] = /^(?:\.([\w$]+))?(?:=(.*))?$/s.exec(rest) ?? [];
  if (property === undefined && rest !== '' && !rest.startsWith('=')) return true;
  const type =
    property === undefined
      ? member
      : member.tag === 'object' || member.tag === 'intersection'
        ? walk.compiler.property(member, property)
        : undefined;
  if (!type) return true;
  const parts = type.tag === 'union' ? walk.compiler.members(type) : [type];
  if (key.startsWith('?')) return parts.some((part) => truthiness(part) !== !value);
  if (key.startsWith('='))
    return parts.some((part) => json(part) === undefined || json(part) === value);
  if (key.startsWith('!'))
    return parts.some((part) => json(part) === undefined || json(part) !== unequal);
  return true;
}

/** The JSON of the only value of a type; `undefined` for a type with several values. */
function json(type: TypeView): string | undefined {
  if (type.tag === 'null') return 'null';
  if (type.tag === 'undefined' || type.tag === 'void') return 'undefined';
  if (type.tag === 'object') return '{}';
  return type.tag === 'literal' && typeof type.value !== 'bigint'
    ? JSON.stringify(type.value)
    : undefined;
}

function truthiness(type: TypeView): boolean | undefined {
  if (type.tag === 'null' || type.tag === 'undefined' || type.tag === 'void') return false;
  if (type.tag === 'object' || type.tag === 'symbol') return true;
  return type.tag === 'literal' ? Boolean(type.value) : undefined;
}
