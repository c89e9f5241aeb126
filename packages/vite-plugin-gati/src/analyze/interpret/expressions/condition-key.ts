import {
  type BinaryExpression,
  type Expression,
  type Node,
  type PrefixUnaryExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { SymbolView } from '../../compiler/compiler.ts';
import { hasEffects, isIdentifier, isStringLiteral, unwrap } from '../../compiler/syntax.ts';
import type { InterpreterApi } from '../interpreter-api.ts';
import type { Condition } from '../state/facts.ts';
import type { State } from '../state/state.ts';
import { idOf, type Literal } from '../state/values.ts';

/** The operators that compare for equality, and whether they hold for equal operands. */
export const EQUALITY: ReadonlyMap<number, boolean> = new Map<number, boolean>([
  [K.EqualsEqualsEqualsToken, true],
  [K.EqualsEqualsToken, true],
  [K.ExclamationEqualsEqualsToken, false],
  [K.ExclamationEqualsToken, false],
]);

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
    const same = EQUALITY.get(compiler.kind(operatorToken));
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

export function constantOf(
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
