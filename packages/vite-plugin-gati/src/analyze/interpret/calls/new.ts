import type { Node } from 'typescript-7/unstable/ast';
import { evaluateArguments } from './arguments.ts';
import { findConstructor } from './functions.ts';
import { typed } from '../expressions/parts.ts';
import { touches } from './reaches-response.ts';
import type { State } from '../state/state.ts';
import { afterCall, runForThrows, summarize } from './throw-summaries.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import { toFailures } from '../responses/http-errors.ts';
import { reachesResponse } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

export function evaluateNew(walk: InterpreterApi, node: Node, state: State): Outcome[] {
  const { arguments: list, expression } = node as unknown as {
    arguments?: readonly Node[];
    expression: Node;
  };
  return evaluateArguments(walk, list ?? [], state).flatMap((args) => {
    const failures = toFailures(walk, node, args.values, args.state);
    if (failures) return failures;
    let next = args.state;
    for (const value of args.values) {
      if (reachesResponse(value) || (value.kind === 'function' && touches(walk, value.node, next)))
        next = walk.escape(
          next,
          node,
          'The response object is given to a class, which is not followed.',
        );
      else if (value.kind === 'function') runForThrows(walk, value, next);
    }
    const builder = isIdentifier(walk.compiler, unwrap(walk.compiler, expression))
      ? findConstructor(walk, unwrap(walk.compiler, expression))
      : undefined;
    if (builder)
      for (const error of summarize(walk, builder).errors) walk.sink.push({ state: next, error });
    return [{ state: afterCall(walk, next), value: typed(walk, node) }];
  });
}
