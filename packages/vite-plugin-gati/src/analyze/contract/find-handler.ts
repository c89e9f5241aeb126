import {
  type ExportAssignment,
  type Node,
  SyntaxKind as K,
  type VariableDeclaration,
} from 'typescript-7/unstable/ast';
import type { SymbolView } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import { unwrap } from '../compiler/syntax.ts';
import { declaredResult } from '../interpret/responses/declared-type.ts';
import type { Declaration, FunctionNode } from '../interpret/state/values.ts';

export interface HandlerSite {
  /** The handler's function, or an expression that returns one. */
  node: Node;
  fn: FunctionNode | undefined;
  /** Declared result of the handler, if the exported name has a type. */
  result?: Declaration | undefined;
  /** The node whose doc comment describes the handler. */
  declaration: Node;
}

/** Follows an export to its handler: `export { handler }`, `export default handler` … */
export function findHandler(
  snapshot: ProgramSnapshot,
  symbol: SymbolView,
  depth = 0,
): HandlerSite | undefined {
  const { compiler } = snapshot;
  for (const declaration of compiler.target(symbol).declarations) {
    if (declaration.file.endsWith('.d.ts')) continue;
    const node = declaration.node();
    if (!node) continue;
    const kind = compiler.kind(node);
    if (kind === K.FunctionDeclaration)
      return { node, fn: node as FunctionNode, declaration: node };
    const expression =
      kind === K.ExportAssignment
        ? (node as ExportAssignment).expression
        : kind === K.VariableDeclaration
          ? (node as VariableDeclaration).initializer
          : undefined;
    if (!expression) continue;
    const inner = skipAssertions(snapshot, expression);
    const innerKind = compiler.kind(inner);
    if (innerKind === K.Identifier && depth < 4) {
      const next = snapshot.symbol(inner);
      const found = next && findHandler(snapshot, next, depth + 1);
      if (found) return { ...found, result: declaredResult(snapshot, inner) ?? found.result };
    }
    const place = kind === K.VariableDeclaration ? node.parent.parent : node;
    const fn =
      innerKind === K.ArrowFunction || innerKind === K.FunctionExpression
        ? (inner as FunctionNode)
        : undefined;
    return { node: inner, fn, result: declaredResult(snapshot, inner), declaration: place };
  }
  return undefined;
}

function skipAssertions(snapshot: ProgramSnapshot, node: Node): Node {
  let inner = unwrap(snapshot.compiler, node);
  while (snapshot.compiler.kind(inner) === K.AsExpression)
    inner = unwrap(snapshot.compiler, (inner as unknown as { expression: Node }).expression);
  return inner;
}
