import {
  type BinaryExpression,
  type Expression,
  type Node,
  type PrefixUnaryExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { SymbolView } from '../../compiler/compiler.ts';
import { type Condition, decide, learn } from '../state/facts.ts';
import { merge, type State } from '../state/state.ts';
import { hasEffects, isIdentifier, isStringLiteral, unwrap } from '../../compiler/syntax.ts';
import { idOf, type Literal, type Value } from '../state/values.ts';
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
  // Evaluating a comparison tests its condition, which would come back here.
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

const EQUALS = new Map<number, boolean>([
  [K.EqualsEqualsEqualsToken, true],
  [K.EqualsEqualsToken, true],
  [K.ExclamationEqualsEqualsToken, false],
  [K.ExclamationEqualsToken, false],
]);
const ORDER = new Set<number>([
  K.LessThanToken,
  K.LessThanEqualsToken,
  K.GreaterThanToken,
  K.GreaterThanEqualsToken,
]);

function isComparison(walk: InterpreterApi, node: Node): boolean {
  if (walk.compiler.kind(node) !== K.BinaryExpression) return false;
  const operator = walk.compiler.kind((node as BinaryExpression).operatorToken);
  return EQUALS.has(operator) || operator === K.InstanceOfKeyword;
}

/** The result of a comparison of constants; `undefined` for other expressions. */
function compareConstants(walk: InterpreterApi, node: Node, state: State): boolean | undefined {
  if (walk.compiler.kind(node) !== K.BinaryExpression) return undefined;
  const { left, operatorToken, right } = node as BinaryExpression;
  const operator = walk.compiler.kind(operatorToken);
  if (!EQUALS.has(operator) && !ORDER.has(operator)) return undefined;
  const a = constantOf(walk, left, state);
  const b = constantOf(walk, right, state);
  if (!a || !b) return undefined;
  const same = EQUALS.get(operator);
  const loose = operator === K.EqualsEqualsToken || operator === K.ExclamationEqualsToken;
  // oxlint-disable-next-line eqeqeq -- the handler compares so
  if (same !== undefined) return (loose ? a.value == b.value : a.value === b.value) === same;
  const [x, y] = [Number(a.value), Number(b.value)];
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return undefined;
  if (operator === K.LessThanToken) return x < y;
  if (operator === K.LessThanEqualsToken) return x <= y;
  return operator === K.GreaterThanToken ? x > y : x >= y;
}

function constantOf(
  walk: InterpreterApi,
  node: Node,
  state: State,
): { value: Literal } | undefined {
  if (hasEffects(walk.compiler, node)) return undefined;
  const kind = walk.compiler.kind(unwrap(walk.compiler, node));
  if (kind === K.ConditionalExpression || kind === K.BinaryExpression) return undefined;
  const [outcome, ...others] = walk.evaluate(node, state);
  return outcome && others.length === 0 && outcome.value.kind === 'constant'
    ? outcome.value
    : undefined;
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

/**
 * Converts a condition to a form that is equal for equal conditions at other places. Returns
 * `undefined` for a condition that can't be compared.
 */
export function toCondition(
  walk: InterpreterApi,
  node: Node,
  state: State,
): { condition: Condition; negated: boolean } | undefined {
  const { compiler } = walk;
  const inner = unwrap(compiler, node);
  if (compiler.kind(inner) === K.BinaryExpression) {
    const { left, operatorToken, right } = inner as BinaryExpression;
    const same = EQUALS.get(compiler.kind(operatorToken));
    if (same !== undefined) {
      const equality = toEquality(walk, left, right, state) ?? toEquality(walk, right, left, state);
      if (equality) {
        const loose =
          compiler.kind(operatorToken) === K.EqualsEqualsToken ||
          compiler.kind(operatorToken) === K.ExclamationEqualsToken;
        // `== null` holds for `undefined` too, so it is a different condition.
        if (!loose || typeof equality.literal === 'number' || typeof equality.literal === 'string')
          return { condition: equality.condition, negated: !same };
      }
    }
  }
  const reference = toReference(walk, inner, state);
  return reference && { condition: reference, negated: false };
}

function toEquality(
  walk: InterpreterApi,
  reference: Node,
  literal: Node,
  state: State,
): { condition: Condition; literal: Literal } | undefined {
  const value = literalOf(walk, literal, state);
  if (!value) return undefined;
  const found = toReference(walk, reference, state);
  const equals = value.value === undefined ? 'undefined' : JSON.stringify(value.value);
  return (
    found && { literal: value.value, condition: { ...found, equals, truthy: Boolean(value.value) } }
  );
}

function literalOf(
  walk: InterpreterApi,
  node: Node,
  state: State,
): { value: Exclude<Literal, bigint> } | undefined {
  const found = constantOf(walk, node, state);
  return found && typeof found.value !== 'bigint' ? { value: found.value } : undefined;
}

/** Converts `a`, `a.b`, and expressions of these without a call, such as `a.length > 3`. */
function toReference(walk: InterpreterApi, node: Node, state: State): Condition | undefined {
  const symbols: SymbolView[] = [];
  let volatile = false;
  const text = (part: Node): string | undefined => {
    const inner = unwrap(walk.compiler, part);
    const kind = walk.compiler.kind(inner);
    if (isIdentifier(walk.compiler, inner)) {
      const symbol = walk.snapshot.symbol(inner);
      if (!symbol) return undefined;
      const value = state.vars.get(symbol);
      // A parameter has the key of the argument: facts about that hold for the parameter too.
      symbols.push(symbol);
      volatile ||= walk.snapshot.isShared(symbol);
      return value?.kind === 'type' &&
        value.passed === undefined &&
        value.node !== inner &&
        isIdentifier(walk.compiler, value.node)
        ? (text(value.node) ?? `#${idOf(symbol)}`)
        : `#${idOf(symbol)}`;
    }
    if (isStringLiteral(walk.compiler, inner)) return JSON.stringify(inner.text);
    switch (kind) {
      case K.NumericLiteral:
        return (inner as unknown as { text: string }).text;
      case K.TrueKeyword:
      case K.FalseKeyword:
      case K.NullKeyword:
        return `k${kind}`;
      case K.ThisKeyword:
        volatile = true;
        return 'this';
      case K.PropertyAccessExpression: {
        const { expression, name } = inner as unknown as {
          expression: Expression;
          name: { text: string };
        };
        const base = text(expression);
        volatile = true;
        return base && `${base}.${name.text}`;
      }
      case K.ElementAccessExpression: {
        const { expression, argumentExpression } = inner as unknown as {
          expression: Expression;
          argumentExpression: Expression;
        };
        const [base, index] = [text(expression), text(argumentExpression)];
        volatile = true;
        return base && index && `${base}[${index}]`;
      }
      case K.TypeOfExpression: {
        const base = text((inner as unknown as { expression: Expression }).expression);
        return base && `typeof ${base}`;
      }
      case K.PrefixUnaryExpression: {
        const { operator, operand } = inner as unknown as PrefixUnaryExpression;
        const base = text(operand);
        return base && `u${walk.compiler.toKind(operator)} ${base}`;
      }
      case K.BinaryExpression: {
        const { left, operatorToken, right } = inner as BinaryExpression;
        const [a, b] = [text(left), text(right)];
        return a && b && `(${a} ${walk.compiler.kind(operatorToken)} ${b})`;
      }
      default:
        return undefined;
    }
  };
  if (hasEffects(walk.compiler, node)) return undefined;
  const key = text(node);
  return key === undefined ? undefined : { key, symbols, volatile };
}
