import {
  type CallExpression,
  type Node,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { changeHeaders } from '../responses/response-headers.ts';
import { callResponseMethod } from '../responses/response-object.ts';
import { type Arguments, evaluateArguments } from './arguments.ts';
import { isAwaited } from './is-awaited.ts';
import { callWithCallback } from './callbacks.ts';
import { findFunction, hasGenerator } from './functions.ts';
import { valueByType } from '../expressions/parts.ts';
import { canChangeResponse, usesThis } from './reaches-response.ts';
import type { State } from '../state/state.ts';
import { afterCall, callForItsThrows, summarizeThrows } from './throw-summaries.ts';
import { hasModifier, isIdentifier, unwrap } from '../../compiler/syntax.ts';
import { callUnknown } from './unknown-calls.ts';
import {
  type Declaration,
  type FunctionNode,
  reachesResponse,
  type Value,
} from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Maximum depth of nested calls that are followed. */
const MAX_DEPTH = 12;

/** Follows a call expression. */
export function evaluateCall(walk: InterpreterApi, node: CallExpression, state: State): Outcome[] {
  const callee = unwrap(walk.compiler, node.expression);
  if (walk.compiler.kind(callee) === K.PropertyAccessExpression) {
    const { expression, name } = callee as PropertyAccessExpression;
    return walk
      .evaluate(expression, state)
      .flatMap((base) => callMethod(walk, node, base, name as Node & { text: string }));
  }
  return walk.evaluate(callee, state).flatMap((outcome) => {
    const { value } = outcome;
    return evaluateArguments(walk, node.arguments, outcome.state).flatMap((args) => {
      if (value.kind === 'next') return callNext(walk, value, args.state);
      if (value.kind === 'method')
        return callResponseMethod(walk, value.name, args.values, node.arguments, args.state, node);
      if (value.kind === 'function') return callFunction(walk, node, value.node, args, value);
      const fn =
        isIdentifier(walk.compiler, callee) && value.kind === 'type'
          ? findFunction(walk, callee)
          : undefined;
      return fn
        ? callFunction(walk, node, fn, args, { frame: walk.frame })
        : callUnknown(walk, node, args);
    });
  });
}

/** Calls `base.name()`: a method of the response, of an object literal, or of a class. */
function callMethod(
  walk: InterpreterApi,
  node: CallExpression,
  base: Outcome,
  name: Node & { text: string },
): Outcome[] {
  return evaluateArguments(walk, node.arguments, base.state).flatMap((args): Outcome[] => {
    const { value } = base;
    if (value.kind === 'res')
      return callResponseMethod(walk, name.text, args.values, node.arguments, args.state, node);
    if (value.kind === 'headers' && name.text !== 'forEach')
      return [
        {
          state: changeHeaders(walk, name.text, args, node.arguments),
          value: valueByType(walk, node),
        },
      ];
    if (value.kind === 'method' && (name.text === 'call' || name.text === 'bind')) {
      if (name.text === 'bind') return [{ state: args.state, value }];
      return callResponseMethod(
        walk,
        value.name,
        args.values.slice(1),
        node.arguments.slice(1),
        args.state,
        node,
      );
    }
    if (value.kind === 'object') {
      const entry = value.entries.findLast((each) => 'value' in each && each.name === name.text);
      if (
        entry &&
        'value' in entry &&
        entry.value.kind === 'function' &&
        !(reachesResponse(value) && usesThis(walk, entry.value.node))
      )
        return callFunction(walk, node, entry.value.node, args, entry.value);
      if (entry && 'value' in entry && entry.value.kind === 'method')
        return callResponseMethod(
          walk,
          entry.value.name,
          args.values,
          node.arguments,
          args.state,
          node,
        );
    }
    if (reachesResponse(value))
      return callUnknown(walk, node, { state: args.state, values: [value, ...args.values] });
    if (args.values.some((each) => each.kind === 'function')) {
      const known = callWithCallback(walk, node, name, args);
      if (known) return known;
    }
    const fn = findFunction(walk, name);
    return fn
      ? callFunction(walk, node, fn, args, { frame: walk.frame })
      : callUnknown(walk, node, args);
  });
}

/** Calls `next()` of a middleware: follows the middleware and the handler after it. */
function callNext(
  walk: InterpreterApi,
  next: Extract<Value, { kind: 'next' }>,
  state: State,
): Outcome[] {
  walk.callMayThrow(state);
  return next.run(state).map((outcome) => ({
    state: { ...afterCall(walk, outcome.state), nextResult: outcome.value },
    value: { kind: 'nextResult' },
  }));
}

/**
 * Calls a function of the project. It is followed with its arguments if it can change the response,
 * or if its value matters. Otherwise only what it throws counts.
 */
function callFunction(
  walk: InterpreterApi,
  node: CallExpression,
  fn: FunctionNode,
  args: Arguments,
  { frame, result }: { frame: InterpreterApi['frame']; result?: Declaration },
): Outcome[] {
  const canChange =
    args.values.some(reachesResponse) ||
    args.values.some(
      (value) => value.kind === 'function' && canChangeResponse(walk, value.node, args.state),
    ) ||
    canChangeResponse(walk, fn, args.state);
  const recursive = walk.frame.stack.includes(fn) || walk.frame.depth >= MAX_DEPTH;
  if (recursive) {
    for (const error of summarizeThrows(walk, fn).errors)
      walk.throws.push({ state: args.state, error });
    const state = canChange
      ? walk.escape(args.state, node, 'A recursive function uses the response object.')
      : args.state;
    return [{ state: afterCall(walk, state), value: valueByType(walk, node) }];
  }
  if (hasGenerator(fn)) return callUnknown(walk, node, args);
  if (!canChange && !wantsValue(walk, node)) return callForItsThrows(walk, node, fn, args);
  const outcomes = walk.enter(fn, args.values, args.state, { at: node, frame, result });
  if (canChange && hasModifier(walk.compiler, fn, K.AsyncKeyword) && !isAwaited(walk, node)) {
    return outcomes.map((outcome) => ({
      ...outcome,
      state: walk.escape(
        outcome.state,
        node,
        'An async function uses the response object but is not awaited.',
      ),
    }));
  }
  return outcomes.map(({ state, value }) => ({
    state: afterCall(walk, state),
    value:
      value.kind === 'type' && value.node !== node && !canChange ? valueByType(walk, node) : value,
  }));
}

/** Whether the result of a call is followed: `throw makeError()`, `wrap(handler)`. */
function wantsValue(walk: InterpreterApi, node: Node): boolean {
  let parent: Node = node.parent;
  while (
    walk.compiler.kind(parent) === K.AwaitExpression ||
    walk.compiler.kind(parent) === K.ParenthesizedExpression
  )
    parent = parent.parent;
  const kind = walk.compiler.kind(parent);
  return (
    kind === K.ThrowStatement ||
    (kind === K.CallExpression &&
      unwrap(walk.compiler, (parent as CallExpression).expression) === node) ||
    (walk.frame.depth === 0 && walk.frame.stack.length === 0)
  );
}
