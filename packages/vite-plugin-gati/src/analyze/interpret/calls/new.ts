import type { Node } from 'typescript-7/unstable/ast';
import { evaluateArguments } from './arguments.ts';
import { findConstructor } from './functions.ts';
import { valueByType } from '../expressions/parts.ts';
import { canChangeResponse } from './reaches-response.ts';
import type { State } from '../state/state.ts';
import { afterCall, runForThrows, summarizeThrows } from './throw-summaries.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import { evaluateNewHttpError } from '../responses/http-errors.ts';
import { reachesResponse } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Follows `new X()`: an `HttpError`, or another class, of which only the thrown errors count. */
export function evaluateNew(walk: InterpreterApi, node: Node, state: State): Outcome[] {
  const { arguments: list, expression } = node as unknown as {
    arguments?: readonly Node[];
    expression: Node;
  };
  return evaluateArguments(walk, list ?? [], state).flatMap((args) => {
    const failures = evaluateNewHttpError(walk, node, args.values, args.state);
    if (failures) return failures;
    let next = args.state;
    for (const value of args.values) {
      if (
        reachesResponse(value) ||
        (value.kind === 'function' && canChangeResponse(walk, value.node, next))
      )
        next = walk.escape(
          next,
          node,
          'The response object is passed to a class, which the analysis does not follow.',
        );
      else if (value.kind === 'function') runForThrows(walk, value, next);
    }
    const constructor = isIdentifier(walk.compiler, unwrap(walk.compiler, expression))
      ? findConstructor(walk, unwrap(walk.compiler, expression))
      : undefined;
    if (constructor)
      for (const error of summarizeThrows(walk, constructor).errors)
        walk.throws.push({ state: next, error });
    return [{ state: afterCall(walk, next), value: valueByType(walk, node) }];
  });
}
