import {
  type ExportAssignment,
  type Node,
  SyntaxKind as K,
  type VariableDeclaration,
} from 'typescript-7/unstable/ast';
import type { SymbolView } from '../compiler/compiler.ts';
import type { Session } from '../program-snapshot.ts';
import { unwrap } from '../compiler/syntax.ts';
import type { FunctionNode } from '../interpret/state/values.ts';

export interface HandlerSite {
  /** What the handler is: a function, or an expression that gives one. */
  node: Node;
  fn: FunctionNode | undefined;
  /** Where its documentation stands. */
  declaration: Node;
}

/** The handler behind an export, through `export { handler }` and `export default handler`. */
export function findHandler(
  session: Session,
  symbol: SymbolView,
  depth = 0,
): HandlerSite | undefined {
  const { host } = session;
  for (const declaration of host.target(symbol).declarations) {
    if (declaration.file.endsWith('.d.ts')) continue;
    const node = declaration.node();
    if (!node) continue;
    const kind = host.kind(node);
    if (kind === K.FunctionDeclaration)
      return { node, fn: node as FunctionNode, declaration: node };
    const expression =
      kind === K.ExportAssignment
        ? (node as ExportAssignment).expression
        : kind === K.VariableDeclaration
          ? (node as VariableDeclaration).initializer
          : undefined;
    if (!expression) continue;
    const inner = skipAssertions(session, expression);
    const innerKind = host.kind(inner);
    if (innerKind === K.Identifier && depth < 4) {
      const next = session.symbol(inner);
      const found = next && findHandler(session, next, depth + 1);
      if (found) return found;
    }
    const place = kind === K.VariableDeclaration ? node.parent.parent : node;
    const fn =
      innerKind === K.ArrowFunction || innerKind === K.FunctionExpression
        ? (inner as FunctionNode)
        : undefined;
    return { node: inner, fn, declaration: place };
  }
  return undefined;
}

function skipAssertions(session: Session, node: Node): Node {
  let inner = unwrap(session.host, node);
  while (session.host.kind(inner) === K.AsExpression)
    inner = unwrap(session.host, (inner as unknown as { expression: Node }).expression);
  return inner;
}
