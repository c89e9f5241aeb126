import {
  type BinaryExpression,
  type ConditionalExpression,
  type Node,
  type PrefixUnaryExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { toCondition } from './condition-key.ts';
import { decide } from '../state/facts.ts';
import { evaluateChildren, valueByType } from './parts.ts';
import { merge, type State } from '../state/state.ts';
import { hasEffects, isAssignment, unwrap } from '../../compiler/syntax.ts';
import { constant, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Follows `condition ? a : b`. */
export function evaluateConditional(
  walk: InterpreterApi,
  node: ConditionalExpression,
  state: State,
): Outcome[] {
  const { yes, no } = walk.test(node.condition, state);
  return eitherOf(
    walk,
    node,
    yes.flatMap((each) => walk.evaluate(node.whenTrue, each)),
    no.flatMap((each) => walk.evaluate(node.whenFalse, each)),
  );
}

/**
 * Joins both sides of a choice. An empty array literal takes the type of its items from the other
 * side.
 */
function eitherOf(walk: InterpreterApi, node: Node, one: Outcome[], other: Outcome[]): Outcome[] {
  const withLike = (outcome: Outcome, others: readonly Outcome[]): Outcome => {
    const { value } = outcome;
    if (value.kind !== 'array' || value.elements.length > 0) return outcome;
    // If this path never reaches the other side, the type of the expression determines the items.
    const like = others.length > 0 ? others.map((each) => each.value) : [valueByType(walk, node)];
    return { ...outcome, value: { ...value, like: [...(value.like ?? []), ...like] } };
  };
  return [
    ...one.map((outcome) => withLike(outcome, other)),
    ...other.map((outcome) => withLike(outcome, one)),
  ];
}

/** Follows a binary expression. Assignments and logical operators are followed path by path. */
export function evaluateBinary(
  walk: InterpreterApi,
  node: BinaryExpression,
  state: State,
): Outcome[] {
  const { left, operatorToken, right } = node;
  const operator = walk.compiler.kind(operatorToken);
  if (isAssignment(walk.compiler, operatorToken)) return evaluateAssignment(walk, node, state);
  if (operator === K.CommaToken)
    return walk.evaluate(left, state).flatMap((outcome) => walk.evaluate(right, outcome.state));
  if (operator === K.AmpersandAmpersandToken) {
    const { yes, no } = walk.test(left, state);
    const falsy = falsyNegation(walk, left, no) ?? valueByType(walk, left);
    return [
      ...yes.flatMap((each) => walk.evaluate(right, each)),
      ...no.map((each) => ({ state: each, value: falsy })),
    ];
  }
  if (operator === K.BarBarToken) {
    const { yes, no } = walk.test(left, state);
    const kept = yes
      .flatMap((each) => evaluateAgain(walk, left, each))
      .map((outcome) => excluding(outcome, 'falsy'));
    return eitherOf(
      walk,
      node,
      kept,
      no.flatMap((each) => walk.evaluate(right, each)),
    );
  }
  if (operator === K.QuestionQuestionToken) return evaluateNullish(walk, node, state);
  if (hasEffects(walk.compiler, node)) return evaluateChildren(walk, node, state);
  const { yes, no } = isComparison(operator)
    ? walk.test(node, state)
    : { yes: [state], no: [state] };
  if (yes.length === 0) return no.map((each) => ({ state: each, value: constant(false) }));
  if (no.length === 0) return yes.map((each) => ({ state: each, value: constant(true) }));
  return [{ state, value: valueByType(walk, node) }];
}

function isComparison(operator: number): boolean {
  return (
    operator === K.EqualsEqualsEqualsToken ||
    operator === K.ExclamationEqualsEqualsToken ||
    operator === K.EqualsEqualsToken ||
    operator === K.ExclamationEqualsToken ||
    operator === K.InstanceOfKeyword
  );
}

/** `!x && y` is `false` if `!x` does not hold. */
function falsyNegation(walk: InterpreterApi, left: Node, no: State[]): Value | undefined {
  const kind = walk.compiler.kind(unwrap(walk.compiler, left));
  const negation =
    kind === K.PrefixUnaryExpression &&
    walk.compiler.toKind(
      (unwrap(walk.compiler, left) as unknown as PrefixUnaryExpression).operator,
    ) === K.ExclamationToken;
  return no.length > 0 && negation ? constant(false) : undefined;
}

/** Evaluates an operand a second time, without its side effects. */
export function evaluateAgain(walk: InterpreterApi, node: Node, state: State): Outcome[] {
  return hasEffects(walk.compiler, node)
    ? [{ state, value: valueByType(walk, node) }]
    : walk.evaluate(node, state);
}

/** Removes the nullish or falsy members from a value of which only the type is known. */
function excluding(outcome: Outcome, what: 'nullish' | 'falsy'): Outcome {
  return outcome.value.kind === 'type' || outcome.value.kind === 'written'
    ? { ...outcome, value: { ...outcome.value, without: what } }
    : outcome;
}

function evaluateNullish(walk: InterpreterApi, node: BinaryExpression, state: State): Outcome[] {
  const { left, right } = node;
  return walk.evaluate(left, state).flatMap((outcome) => {
    const { value } = outcome;
    if (value.kind === 'constant')
      return value.value === null || value.value === undefined
        ? walk.evaluate(right, outcome.state)
        : [outcome];
    if (
      value.kind !== 'type' &&
      value.kind !== 'declared' &&
      value.kind !== 'written' &&
      value.kind !== 'union'
    )
      return [outcome];
    const nullish = isNullish(walk, left, value, outcome.state);
    return eitherOf(
      walk,
      node,
      nullish === true ? [] : [excluding(outcome, 'nullish')],
      nullish === false ? [] : walk.evaluate(right, outcome.state),
    );
  });
}

/** Whether a value is nullish on this path: a falsy object is null or undefined. */
function isNullish(
  walk: InterpreterApi,
  node: Node,
  value: Value,
  state: State,
): boolean | undefined {
  const type = value.kind === 'type' ? walk.snapshot.type(value.node) : undefined;
  if (type?.tag === 'undefined' || type?.tag === 'null') return true;
  const found = toCondition(walk, node, state);
  const truth =
    found && !found.negated && found.condition.equals === undefined
      ? decide(state.facts, found.condition)
      : undefined;
  if (truth === undefined) return undefined;
  if (truth) return false;
  const members = type?.tag === 'union' ? walk.compiler.members(type) : [];
  return members.length > 0 &&
    members.every(({ tag }) => tag === 'object' || tag === 'null' || tag === 'undefined')
    ? true
    : undefined;
}

function evaluateAssignment(walk: InterpreterApi, node: BinaryExpression, state: State): Outcome[] {
  const { left, operatorToken, right } = node;
  const operator = walk.compiler.kind(operatorToken);
  if (operator === K.EqualsToken) {
    return walk.evaluate(right, state).flatMap(({ state: next, value }): Outcome[] => {
      if (value.kind === 'never') return [{ state: next, value }];
      return walk.assign(left, value, next, node).map((each) => ({ state: each, value }));
    });
  }
  if (
    operator === K.QuestionQuestionEqualsToken ||
    operator === K.BarBarEqualsToken ||
    operator === K.AmpersandAmpersandEqualsToken
  ) {
    // The variable keeps its value, or is assigned.
    const assigned = walk
      .evaluate(right, state)
      .flatMap(({ state: next, value }) => walk.assign(left, value, next, node));
    return merge([state, ...assigned]).map((each) => ({
      state: each,
      value: valueByType(walk, node),
    }));
  }
  return walk
    .evaluate(right, state)
    .flatMap(({ state: next }) =>
      walk
        .assign(left, valueByType(walk, node), next, node)
        .map((each) => ({ state: each, value: valueByType(walk, node) })),
    );
}

export function evaluateUnary(
  walk: InterpreterApi,
  node: PrefixUnaryExpression,
  state: State,
): Outcome[] {
  const operator = walk.compiler.toKind(node.operator);
  if (operator === K.PlusPlusToken || operator === K.MinusMinusToken) {
    const next = walk.assign(node.operand, valueByType(walk, node), state, node);
    return next.map((each) => ({ state: each, value: valueByType(walk, node) }));
  }
  if (operator === K.ExclamationToken) {
    const { yes, no } = walk.test(node, state);
    if (yes.length === 0) return no.map((each) => ({ state: each, value: constant(false) }));
    if (no.length === 0) return yes.map((each) => ({ state: each, value: constant(true) }));
    return merge([...yes, ...no]).map((each) => ({ state: each, value: valueByType(walk, node) }));
  }
  return walk.evaluate(node.operand, state).map(({ state: next, value }) => {
    if (operator === K.MinusToken && value.kind === 'constant' && typeof value.value === 'number')
      return { state: next, value: constant(-value.value) };
    return { state: next, value: valueByType(walk, node) };
  });
}
