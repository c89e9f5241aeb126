import { type Expression, type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { valueByType } from '../expressions/parts.ts';
import type { State } from '../state/state.ts';
import type { Value } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** The evaluated arguments of a call on one path. */
export interface Arguments {
  state: State;
  values: Value[];
}

/** Evaluates arguments from left to right. Returns one result per path. */
export function evaluateArguments(
  walk: InterpreterApi,
  nodes: readonly Node[],
  state: State,
): Arguments[] {
  let partial: Arguments[] = [{ state, values: [] }];
  for (const node of nodes) {
    const spread = walk.compiler.kind(node) === K.SpreadElement;
    const expression = spread ? (node as unknown as { expression: Expression }).expression : node;
    partial = partial.flatMap((each) =>
      walk.evaluate(expression, each.state).map(({ state: next, value }) => {
        const added =
          spread && (value.kind === 'arguments' || value.kind === 'array')
            ? value.kind === 'arguments'
              ? value.values
              : value.elements
            : [spread ? valueByType(walk, node) : value];
        return { state: next, values: [...each.values, ...added] };
      }),
    );
  }
  return partial;
}
