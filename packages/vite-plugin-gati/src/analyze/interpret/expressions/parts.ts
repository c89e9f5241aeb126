import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { forgetVolatile } from '../state/facts.ts';
import { merge, type State } from '../state/state.ts';
import { hasEffects, isFunctionNode, isIdentifier, visit } from '../../compiler/syntax.ts';
import { reachesResponse, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** A value of which only the type is known. */
export function valueByType(walk: InterpreterApi, node: Node): Value {
  return { kind: 'type', node, frame: walk.frame };
}

/**
 * Evaluates the children of an expression that is not followed itself, for their calls and
 * assignments.
 */
export function evaluateChildren(walk: InterpreterApi, node: Node, state: State): Outcome[] {
  let states = [state];
  node.forEachChild((child) => {
    if (!isFunctionNode(walk.compiler, child) && hasEffects(walk.compiler, child)) {
      states = merge(
        states.flatMap((each) => walk.evaluate(child, each)).map((outcome) => outcome.state),
      );
    }
    return undefined;
  });
  return states.map((each) => {
    const next = { ...each, facts: forgetVolatile(each.facts) };
    const uses = usesResponse(walk, node, next);
    return {
      state: uses
        ? walk.escape(
            next,
            node,
            "The response object is used in a way that the analysis can't follow.",
          )
        : next,
      value: valueByType(walk, node),
    };
  });
}

/** Whether an expression uses the response object other than to read or call a member. */
function usesResponse(walk: InterpreterApi, node: Node, state: State): boolean {
  const isDeletion = walk.compiler.kind(node) === K.DeleteExpression;
  let found = false;
  visit(node, (part) => {
    if (
      isIdentifier(walk.compiler, part) &&
      (isDeletion || walk.compiler.kind(part.parent) !== K.PropertyAccessExpression)
    ) {
      const symbol = walk.snapshot.symbol(part);
      const value = symbol && state.vars.get(symbol);
      if (value && reachesResponse(value)) found = true;
    }
    return !found;
  });
  return found;
}
