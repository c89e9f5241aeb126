import type { SymbolView } from '../../compiler/compiler.ts';
import {
  type ElementAccessExpression,
  type Node,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { forget, forgetVolatile } from '../state/facts.ts';
import { valueByType } from './parts.ts';
import { type State, withVar } from '../state/state.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import { reachesResponse, type Value } from '../state/values.ts';
import { membersOf } from '../../types/type-shapes.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Assigns a value to a name, a property or a pattern. */
export function assignTo(
  walk: InterpreterApi,
  target: Node,
  value: Value,
  state: State,
  at: Node,
): State[] {
  const { compiler, snapshot } = walk;
  const inner = unwrap(compiler, target);
  switch (compiler.kind(inner)) {
    case K.Identifier: {
      const symbol = snapshot.symbol(inner);
      if (!symbol) return [state];
      const next = { ...state, facts: forget(state.facts, symbol) };
      return [withVar(next, symbol, tracked(walk, symbol, value, inner))];
    }
    case K.PropertyAccessExpression:
    case K.ElementAccessExpression:
      return assignMember(walk, inner, value, state, at);
    case K.ObjectLiteralExpression:
    case K.ArrayLiteralExpression: {
      let next = state;
      inner.forEachChild((child) => {
        const name =
          (child as unknown as { initializer?: Node; name?: Node; expression?: Node })
            .initializer ??
          (child as unknown as { name?: Node }).name ??
          child;
        if (isIdentifier(compiler, name)) {
          const symbol = snapshot.symbol(name);
          if (symbol)
            next = withVar({ ...next, facts: forget(next.facts, symbol) }, symbol, undefined);
        } else if (compiler.kind(name) === K.PropertyAccessExpression)
          next = assignMember(walk, name, valueByType(walk, name), next, at)[0] ?? next;
        return undefined;
      });
      return reachesResponse(value)
        ? [walk.escape(next, at, 'An assignment destructures the response object.')]
        : [next];
    }
    default:
      return [state];
  }
}

/**
 * Returns the value that a state stores for a variable. A nested function may assign a shared
 * variable at any time, so only the declared type of such a variable is certain.
 */
export function tracked(
  walk: InterpreterApi,
  symbol: SymbolView,
  value: Value,
  node: Node,
): Value | undefined {
  if (reachesResponse(value)) return value;
  if (walk.snapshot.isShared(symbol)) return { kind: 'declared', symbol, node };
  return isFollowed(value) ? asTyped(walk, symbol, value) : undefined;
}

/**
 * Marks the string in a variable whose written type is wider, as in `const state: string = 'a'`.
 */
function asTyped(walk: InterpreterApi, symbol: SymbolView, value: Value): Value {
  if (value.kind === 'union')
    return { ...value, options: value.options.map((option) => asTyped(walk, symbol, option)) };
  if (value.kind !== 'constant' || typeof value.value !== 'string') return value;
  const declaration = symbol.declarations[0]?.node();
  const type = (declaration as unknown as { type?: Node } | undefined)?.type;
  if (!type || walk.compiler.kind(declaration!) !== K.VariableDeclaration) return value;
  const isWide = membersOf(walk.compiler, walk.snapshot.type(type)).some(
    ({ tag }) => tag === 'string',
  );
  return isWide ? { ...value, typed: true } : value;
}

/** Whether a value says more than the variable's type. */
export function isFollowed(value: Value): boolean {
  switch (value.kind) {
    case 'type':
      return value.passed !== undefined && isFollowed(value.passed);
    case 'object':
    case 'array':
      return reachesResponse(value);
    case 'union':
      return value.options.some(isFollowed);
    case 'never':
    case 'written':
      return false;
    default:
      return true;
  }
}

function assignMember(
  walk: InterpreterApi,
  target: Node,
  value: Value,
  state: State,
  at: Node,
): State[] {
  const { expression } = target as PropertyAccessExpression;
  return walk.evaluate(expression, state).flatMap((base) => {
    // An assignment to the response changes no other object, so the facts stay.
    const next: State =
      base.value.kind === 'res'
        ? base.state
        : { ...base.state, facts: forgetVolatile(base.state.facts) };
    if (base.value.kind === 'res') {
      const isElement = walk.compiler.kind(target) === K.ElementAccessExpression;
      const key = isElement
        ? memberKey(walk, target as unknown as ElementAccessExpression, next)
        : (target as PropertyAccessExpression).name.text;
      return walk.assignResponse(key, value, next, at);
    }
    if (reachesResponse(value))
      return [
        walk.escape(
          next,
          at,
          'The response object is stored in a property, so other code may change the response.',
        ),
      ];
    return [forgetLiteral(walk, unwrap(walk.compiler, expression), next)];
  });
}

function memberKey(
  walk: InterpreterApi,
  target: ElementAccessExpression,
  state: State,
): string | undefined {
  const [outcome] = walk.evaluate(target.argumentExpression, state);
  return outcome?.value.kind === 'constant' ? String(outcome.value.value) : undefined;
}

/** After an assignment to its member, only the type of an object literal is known. */
function forgetLiteral(walk: InterpreterApi, base: Node, state: State): State {
  if (!isIdentifier(walk.compiler, base)) return state;
  const symbol = walk.snapshot.symbol(base);
  const value = symbol && state.vars.get(symbol);
  if (
    !symbol ||
    !value ||
    (value.kind !== 'object' && value.kind !== 'array') ||
    reachesResponse(value)
  )
    return state;
  return withVar(state, symbol, { kind: 'declared', symbol, node: base });
}
