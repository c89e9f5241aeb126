import { isPlatform } from '../../types/builtins.ts';
import {
  type CallExpression,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { Arguments } from './arguments.ts';
import { isAwaited } from './is-awaited.ts';
import { valueByType } from '../expressions/parts.ts';
import { canChangeResponse } from './reaches-response.ts';
import { NO_HEADERS } from '../state/headers.ts';
import { type State, withVar } from '../state/state.ts';
import { afterCall, runForThrows } from './throw-summaries.ts';
import { unwrap } from '../../compiler/syntax.ts';
import { reachesResponse, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Calls a function that can't be followed: it is of a package, or only its type is known. */
export function callUnknown(
  walk: InterpreterApi,
  node: CallExpression,
  { state, values }: Arguments,
): Outcome[] {
  let next = state;
  for (const value of values) {
    if (value.kind === 'function') {
      if (canChangeResponse(walk, value.node, state))
        next = walk.escape(
          next,
          node,
          "A callback changes the response, and the analysis can't tell when it is called.",
        );
      else runForThrows(walk, value, next);
    }
    if (reachesResponse(value))
      next = walk.escape(
        next,
        node,
        "The response object is passed to code that the analysis can't follow.",
      );
  }
  next = forgetLiterals(next, values);
  if (values[0]?.kind === 'error' && isRejection(walk, node)) {
    walk.recordThrow(values[0], next, node);
    return [{ state: next, value: { kind: 'never' } }];
  }
  const type =
    walk.compiler.kind(node.parent) === K.ExpressionStatement ||
    walk.compiler.kind(node.parent) === K.ReturnStatement
      ? walk.snapshot.type(node)
      : undefined;
  if (type?.tag === 'never') {
    if (!isPlatformCall(walk, node))
      walk.throws.push({
        state: next,
        error: {
          status: undefined,
          code: { type: 'string' },
          details: undefined,
          headers: NO_HEADERS,
          node,
        },
      });
    return [{ state: next, value: { kind: 'never' } }];
  }
  return [{ state: afterCall(walk, next), value: valueByType(walk, node) }];
}

/** `Promise.reject(error)` that the handler awaits or returns. */
function isRejection(walk: InterpreterApi, node: CallExpression): boolean {
  const callee = unwrap(walk.compiler, node.expression);
  return (
    walk.compiler.kind(callee) === K.PropertyAccessExpression &&
    (callee as PropertyAccessExpression).name.text === 'reject' &&
    isPlatformCall(walk, node) &&
    isAwaited(walk, node)
  );
}

/** Whether a library of the platform declares the called function. */
function isPlatformCall(walk: InterpreterApi, node: CallExpression): boolean {
  const callee = unwrap(walk.compiler, node.expression);
  const name =
    walk.compiler.kind(callee) === K.PropertyAccessExpression
      ? (callee as PropertyAccessExpression).name
      : callee;
  return walk.snapshot.target(name)?.declarations.some(({ file }) => isPlatform(file)) ?? false;
}

/** The called function may change object and array literals that it gets. */
function forgetLiterals(state: State, values: readonly Value[]): State {
  let next = state;
  for (const [symbol, value] of state.vars) {
    if (
      (value.kind !== 'object' && value.kind !== 'array') ||
      reachesResponse(value) ||
      !values.includes(value)
    )
      continue;
    const node = symbol.declarations[0]?.node();
    if (node) next = withVar(next, symbol, { kind: 'declared', symbol, node });
  }
  return next;
}
