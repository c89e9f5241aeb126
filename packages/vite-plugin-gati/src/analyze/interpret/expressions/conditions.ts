import {
  type BinaryExpression,
  type Node,
  type PrefixUnaryExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { decide, learn } from '../state/facts.ts';
import { constantOf, EQUALITY, toCondition } from './condition-key.ts';
import { merge, type State } from '../state/state.ts';
import { hasEffects, isIdentifier, unwrap } from '../../compiler/syntax.ts';
import type { Value } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** The states in which a condition holds, and those in which it does not. */
interface Split {
  yes: State[];
  no: State[];
}

/** Splits a state by a condition, and adds what each branch learns to its facts. */
export function testCondition(walk: InterpreterApi, node: Node, state: State): Split {
  const { compiler } = walk;
  const inner = unwrap(compiler, node);
  switch (compiler.kind(inner)) {
    case K.TrueKeyword:
      return { yes: [state], no: [] };
    case K.FalseKeyword:
      return { yes: [], no: [state] };
    case K.PrefixUnaryExpression: {
      const { operator, operand } = inner as unknown as PrefixUnaryExpression;
      if (compiler.toKind(operator) !== K.ExclamationToken) break;
      const { yes, no } = testCondition(walk, operand, state);
      return { yes: no, no: yes };
    }
    case K.BinaryExpression: {
      const { left, operatorToken, right } = inner as BinaryExpression;
      const operator = compiler.kind(operatorToken);
      if (operator === K.AmpersandAmpersandToken) return both(walk, left, right, state);
      if (operator === K.BarBarToken) return either(walk, left, right, state);
      break;
    }
  }
  return testPlain(walk, inner, state);
}

/** `left && right` */
function both(walk: InterpreterApi, left: Node, right: Node, state: State): Split {
  const first = testCondition(walk, left, state);
  const second = first.yes.map((each) => testCondition(walk, right, each));
  return {
    yes: merge(second.flatMap(({ yes }) => yes)),
    no: merge([...first.no, ...second.flatMap(({ no }) => no)]),
  };
}

/** `left || right` */
function either(walk: InterpreterApi, left: Node, right: Node, state: State): Split {
  const first = testCondition(walk, left, state);
  const second = first.no.map((each) => testCondition(walk, right, each));
  return {
    yes: merge([...first.yes, ...second.flatMap(({ yes }) => yes)]),
    no: merge(second.flatMap(({ no }) => no)),
  };
}

/** Splits a state by a condition without `!`, `&&` and `||`. */
function testPlain(walk: InterpreterApi, node: Node, state: State): Split {
  const split: Split = { yes: [], no: [] };
  if (hasEffects(walk.compiler, node)) {
    for (const { state: next, value } of walk.evaluate(node, state)) add(split, next, truth(value));
    return { yes: merge(split.yes), no: merge(split.no) };
  }
  const constant = compareConstants(walk, node, state) ?? instanceOf(walk, node, state);
  if (constant !== undefined) {
    add(split, state, constant);
    return split;
  }
  const found = toCondition(walk, node, state);
  // Evaluating a comparison tests its condition, which would call this function again without end.
  if (!found && isComparison(walk, node)) return { yes: [state], no: [state] };
  if (!found) {
    for (const { state: next, value } of walk.evaluate(node, state)) add(split, next, truth(value));
    return split;
  }
  const { condition, negated } = found;
  const known = decide(state.facts, condition);
  for (const holds of [true, false]) {
    if (known !== undefined && known !== holds) continue;
    const next =
      known === undefined ? { ...state, facts: learn(state.facts, condition, holds) } : state;
    add(split, next, negated ? !holds : holds);
  }
  return split;
}

function add(split: Split, state: State, holds: boolean | undefined): void {
  if (holds !== false) split.yes.push(state);
  if (holds !== true) split.no.push(state);
}

/** Whether a value is truthy; `undefined` if that is unknown. */
function truth(value: Value): boolean | undefined {
  if (value.kind === 'constant') return Boolean(value.value);
  if (
    value.kind === 'object' ||
    value.kind === 'array' ||
    value.kind === 'function' ||
    value.kind === 'error' ||
    value.kind === 'res'
  )
    return true;
  return undefined;
}

const ORDER = new Set<number>([
  K.LessThanToken,
  K.LessThanEqualsToken,
  K.GreaterThanToken,
  K.GreaterThanEqualsToken,
]);

function isComparison(walk: InterpreterApi, node: Node): boolean {
  if (walk.compiler.kind(node) !== K.BinaryExpression) return false;
  const operator = walk.compiler.kind((node as BinaryExpression).operatorToken);
  return EQUALITY.has(operator) || operator === K.InstanceOfKeyword;
}

/** The result of a comparison of constants; `undefined` for other expressions. */
function compareConstants(walk: InterpreterApi, node: Node, state: State): boolean | undefined {
  if (walk.compiler.kind(node) !== K.BinaryExpression) return undefined;
  const { left, operatorToken, right } = node as BinaryExpression;
  const operator = walk.compiler.kind(operatorToken);
  if (!EQUALITY.has(operator) && !ORDER.has(operator)) return undefined;
  const a = constantOf(walk, left, state);
  const b = constantOf(walk, right, state);
  if (!a || !b) return undefined;
  const same = EQUALITY.get(operator);
  const loose = operator === K.EqualsEqualsToken || operator === K.ExclamationEqualsToken;
  // oxlint-disable-next-line eqeqeq -- the handler compares so
  if (same !== undefined) return (loose ? a.value == b.value : a.value === b.value) === same;
  const [x, y] = [Number(a.value), Number(b.value)];
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return undefined;
  if (operator === K.LessThanToken) return x < y;
  if (operator === K.LessThanEqualsToken) return x <= y;
  return operator === K.GreaterThanToken ? x > y : x >= y;
}

/** Decides `caught instanceof HttpError`, if the caught error is known. */
function instanceOf(walk: InterpreterApi, node: Node, state: State): boolean | undefined {
  if (walk.compiler.kind(node) !== K.BinaryExpression) return undefined;
  const { left, operatorToken, right } = node as BinaryExpression;
  if (
    walk.compiler.kind(operatorToken) !== K.InstanceOfKeyword ||
    !isIdentifier(walk.compiler, unwrap(walk.compiler, left))
  )
    return undefined;
  const [outcome] = walk.evaluate(left, state);
  const className = isIdentifier(walk.compiler, right) ? right.text : undefined;
  if (outcome?.value.kind === 'error')
    return className === 'HttpError' || className === 'Error' ? true : undefined;
  if (outcome?.value.kind === 'otherError') return className === 'HttpError' ? false : undefined;
  return undefined;
}
