import {
  type ArrayLiteralExpression,
  type AsExpression,
  type BinaryExpression,
  type ConditionalExpression,
  type ElementAccessExpression,
  type Expression,
  type Node,
  type ObjectLiteralExpression,
  type PrefixUnaryExpression,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { forgetVolatile } from '../state/facts.ts';
import { evaluateArray, evaluateObject } from './literals.ts';
import { readMember } from './members.ts';
import { evaluateBinary, evaluateConditional, evaluateUnary } from './operators.ts';
import { evaluateChildren, valueByType } from './parts.ts';
import type { State } from '../state/state.ts';
import { hasEffects, unwrap } from '../../compiler/syntax.ts';
import { resultOf } from '../responses/declared-type.ts';
import {
  constant,
  type FunctionNode,
  reachesResponse,
  UNDEFINED,
  type Value,
} from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Evaluates an expression. Returns one outcome per path. */
export function evaluateExpression(walk: InterpreterApi, node: Node, state: State): Outcome[] {
  const { compiler } = walk;
  const one = (value: Value): Outcome[] => [{ state, value }];
  const inner = unwrap(compiler, node);
  switch (compiler.kind(inner)) {
    case K.StringLiteral:
    case K.NoSubstitutionTemplateLiteral:
      return one(constant((inner as unknown as { text: string }).text));
    case K.NumericLiteral:
      return one(constant(Number((inner as unknown as { text: string }).text)));
    case K.TrueKeyword:
      return one(constant(true));
    case K.FalseKeyword:
      return one(constant(false));
    case K.NullKeyword:
      return one(constant(null, false));
    case K.VoidExpression:
      return thenValue(
        walk.evaluate((inner as unknown as { expression: Expression }).expression, state),
        UNDEFINED,
      );
    case K.Identifier:
      return one(readName(walk, inner, state));
    case K.AsExpression:
    case K.TypeAssertionExpression:
      return evaluateAs(walk, inner as AsExpression, state);
    case K.ArrowFunction:
    case K.FunctionExpression:
      return one({ kind: 'function', node: inner as FunctionNode, frame: walk.frame });
    case K.ObjectLiteralExpression:
      return evaluateObject(walk, inner as ObjectLiteralExpression, state);
    case K.ArrayLiteralExpression:
      return evaluateArray(walk, inner as ArrayLiteralExpression, state);
    case K.ConditionalExpression:
      return evaluateConditional(walk, inner as ConditionalExpression, state);
    case K.BinaryExpression:
      return evaluateBinary(walk, inner as BinaryExpression, state);
    case K.PrefixUnaryExpression:
    case K.PostfixUnaryExpression:
      return evaluateUnary(walk, inner as PrefixUnaryExpression, state);
    case K.PropertyAccessExpression: {
      const { expression, name } = inner as PropertyAccessExpression;
      return walk.evaluate(expression, state).map((outcome) => ({
        state: outcome.state,
        value: readMember(walk, outcome, name.text, inner),
      }));
    }
    case K.ElementAccessExpression:
      return evaluateElement(walk, inner as ElementAccessExpression, state);
    case K.AwaitExpression:
      return walk
        .evaluate((inner as unknown as { expression: Expression }).expression, state)
        .map((outcome) => awaited(walk, outcome, inner));
    case K.CallExpression:
      return walk.call(inner, state);
    case K.NewExpression:
      return walk.construct(inner, state);
    default:
      return hasEffects(compiler, inner)
        ? evaluateChildren(walk, inner, state)
        : one(valueByType(walk, inner));
  }
}

function thenValue(outcomes: Outcome[], value: Value): Outcome[] {
  return outcomes.map(({ state }) => ({ state, value }));
}

/** Facts about properties do not hold after an `await`, since other code runs in between. */
function awaited(walk: InterpreterApi, { state, value }: Outcome, node: Node): Outcome {
  const next = { ...state, facts: forgetVolatile(state.facts) };
  walk.callMayThrow(next);
  return {
    state: next,
    value:
      value.kind === 'type'
        ? {
            kind: 'type',
            node,
            frame: value.frame,
            ...(value.passed ? { passed: value.passed } : {}),
          }
        : value,
  };
}

function readName(walk: InterpreterApi, node: Node, state: State): Value {
  const { text } = node as unknown as { text: string };
  if (text === 'undefined') return UNDEFINED;
  if (text === 'arguments' && walk.frame.passed.length > 0)
    return { kind: 'arguments', values: [...walk.frame.passed] };
  const symbol = walk.snapshot.symbol(node);
  const value = symbol && state.vars.get(symbol);
  if (!value) return valueByType(walk, node);
  if (value.kind !== 'type') return value;
  return { kind: 'type', node, frame: walk.frame, passed: value };
}

function evaluateAs(walk: InterpreterApi, node: AsExpression, state: State): Outcome[] {
  const isConst =
    walk.compiler.kind(node.type) === K.TypeReference &&
    (node.type as unknown as { typeName?: { text?: string } }).typeName?.text === 'const';
  return walk.evaluate(node.expression, state).map(({ state: next, value }) => {
    if (value.kind === 'constant' && isConst)
      return { state: next, value: { ...value, widen: false } };
    if (value.kind === 'function') {
      const result = resultOf(walk.snapshot, walk.snapshot.type(node.type));
      return {
        state: next,
        value: result ? { ...value, result: { type: result, node: node.type } } : value,
      };
    }
    return { state: next, value: isData(value) ? valueByType(walk, node) : value };
  });
}

/**
 * Whether a value is plain data, which a type assertion describes. Values that the interpreter
 * follows are not.
 */
function isData(value: Value): boolean {
  switch (value.kind) {
    case 'type':
    case 'constant':
    case 'declared':
    case 'written':
      return true;
    case 'object':
    case 'array':
      return !reachesResponse(value);
    case 'union':
      return value.options.every(isData);
    default:
      return false;
  }
}

function evaluateElement(
  walk: InterpreterApi,
  node: ElementAccessExpression,
  state: State,
): Outcome[] {
  return walk.evaluate(node.expression, state).flatMap((base) =>
    walk.evaluate(node.argumentExpression, base.state).map((index) => {
      const key = index.value.kind === 'constant' ? String(index.value.value) : undefined;
      return {
        state: index.state,
        value: readMember(walk, { state: index.state, value: base.value }, key, node),
      };
    }),
  );
}
