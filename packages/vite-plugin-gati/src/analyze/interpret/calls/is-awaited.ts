import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Whether the handler waits for a promise: by `await`, or by returning it. */
export function isAwaited(walk: InterpreterApi, node: Node): boolean {
  const { parent } = node as { parent: Node };
  const kind = walk.compiler.kind(parent);
  if (
    kind === K.ParenthesizedExpression ||
    kind === K.ConditionalExpression ||
    kind === K.BinaryExpression
  )
    return isAwaited(walk, parent);
  return kind === K.AwaitExpression || kind === K.ReturnStatement || kind === K.ArrowFunction;
}
