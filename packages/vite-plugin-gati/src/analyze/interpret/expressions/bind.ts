import {
  type ArrayBindingPattern,
  type Identifier,
  type Node,
  type ObjectBindingPattern,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { forget } from '../state/facts.ts';
import { tracked } from './assign.ts';
import { readMember } from './members.ts';
import { type State, withVar } from '../state/state.ts';
import { propertyName } from '../../compiler/syntax.ts';
import { UNDEFINED, type Value } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/**
 * Declares a name, or the names of a pattern, with a value.
 * @param isParameter the passed value is remembered even if it says no more than the type
 */
export function bindName(
  walk: InterpreterApi,
  name: Node,
  value: Value,
  state: State,
  isParameter = false,
): State {
  const kind = walk.compiler.kind(name);
  if (kind === K.ObjectBindingPattern)
    return bindObject(walk, name as ObjectBindingPattern, value, state, isParameter);
  if (kind === K.ArrayBindingPattern)
    return bindArray(walk, name as ArrayBindingPattern, value, state, isParameter);
  const symbol = walk.snapshot.symbol(name as Identifier);
  if (!symbol) return state;
  return withVar(
    { ...state, facts: forget(state.facts, symbol) },
    symbol,
    isParameter && !walk.snapshot.isShared(symbol) ? value : tracked(walk, symbol, value, name),
  );
}

function bindObject(
  walk: InterpreterApi,
  pattern: ObjectBindingPattern,
  value: Value,
  state: State,
  keep: boolean,
): State {
  let next = state;
  for (const element of pattern.elements) {
    if (!element.name) continue;
    const { propertyName: from, name, initializer, dotDotDotToken } = element;
    const key = propertyName(walk.compiler, from ?? name);
    if (dotDotDotToken) {
      if (value.kind === 'res')
        next = walk.escape(next, element, 'The response object is destructured with `...`.');
      continue;
    }
    if (
      value.kind === 'type' ||
      value.kind === 'declared' ||
      (value.kind === 'written' && !value.passed)
    ) {
      // The compiler knows the types of the parts. Forget the value that the name had before.
      next = bindName(walk, name, { kind: 'type', node: name, frame: walk.frame }, next, false);
      continue;
    }
    const member = readMember(walk, { state: next, value }, key, name);
    const absent = member.kind === 'constant' && member.value === undefined;
    next = bindName(
      walk,
      name,
      absent && initializer ? (walk.evaluate(initializer, next)[0]?.value ?? member) : member,
      next,
      keep,
    );
  }
  return next;
}

function bindArray(
  walk: InterpreterApi,
  pattern: ArrayBindingPattern,
  value: Value,
  state: State,
  keep: boolean,
): State {
  let next = state;
  for (const [index, element] of pattern.elements.entries()) {
    if (!('name' in element) || !element.name) continue;
    const { name, dotDotDotToken } = element as { name: Node; dotDotDotToken?: Node };
    if (value.kind === 'arguments') {
      next = bindName(
        walk,
        name,
        dotDotDotToken
          ? { kind: 'arguments', values: value.values.slice(index) }
          : (value.values[index] ?? UNDEFINED),
        next,
        keep,
      );
    } else {
      next = bindName(
        walk,
        name,
        readMember(walk, { state: next, value }, String(index), name),
        next,
        false,
      );
    }
  }
  return next;
}
