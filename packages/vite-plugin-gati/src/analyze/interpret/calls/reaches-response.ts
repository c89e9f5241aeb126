import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { findFunction } from './functions.ts';
import type { State } from '../state/state.ts';
import { isFunctionNode, isIdentifier, visit } from '../../compiler/syntax.ts';
import { type FunctionNode, reachesResponse } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Whether a function mentions `this`. */
export function usesThis(walk: InterpreterApi, fn: Node): boolean {
  let found = false;
  visit(fn, (node) => {
    if (walk.compiler.kind(node) === K.ThisKeyword) found = true;
    return !found;
  });
  return found;
}

/** Whether a function can change the response through a variable outside of it. */
export function canChangeResponse(walk: InterpreterApi, fn: Node, state: State): boolean {
  const names = new Set<string>();
  for (const [symbol, value] of state.vars)
    if (
      reachesResponse(value) ||
      (value.kind === 'function' && value.node !== fn && namesResponse(walk, value.node, state))
    )
      names.add(symbol.name);
  return names.size > 0 && mentions(walk, fn, state, names);
}

/** Like {@link canChangeResponse}, without following the functions in variables. */
function namesResponse(walk: InterpreterApi, fn: Node, state: State): boolean {
  const names = new Set(
    [...state.vars].filter(([, value]) => reachesResponse(value)).map(([symbol]) => symbol.name),
  );
  return names.size > 0 && mentions(walk, fn, state, names);
}

/**
 * Whether a function, or a nested function that it calls, mentions a variable that holds the
 * response or a function.
 */
function mentions(
  walk: InterpreterApi,
  fn: Node,
  state: State,
  names: ReadonlySet<string>,
): boolean {
  let found = false;
  visit(fn, (node) => {
    if (found) return false;
    if (isIdentifier(walk.compiler, node) && names.has(node.text)) {
      const symbol =
        walk.compiler.kind(node.parent) === K.ShorthandPropertyAssignment
          ? walk.compiler.shorthandValue(node.parent)
          : walk.snapshot.symbol(node);
      const value = symbol && state.vars.get(symbol);
      if (value && (reachesResponse(value) || value.kind === 'function')) found = true;
    } else if (
      isIdentifier(walk.compiler, node) &&
      walk.compiler.kind(node.parent) === K.CallExpression &&
      node.parent !== fn
    ) {
      // The called function may be nested too, with the response in its closure.
      const inner = !names.has(node.text) ? findLocalFunction(walk, node, fn) : undefined;
      if (inner && mentions(walk, inner, state, names)) found = true;
    }
    return !found;
  });
  return found;
}

/** Finds the nested function behind a name, unless it contains `from`. */
function findLocalFunction(walk: InterpreterApi, name: Node, from: Node): FunctionNode | undefined {
  const fn = findFunction(walk, name);
  if (!fn || fn === from || (fn.pos <= from.pos && fn.end >= from.end)) return undefined;
  const isNested = ((): boolean => {
    for (let node = fn.parent as Node | undefined; node; node = node.parent as Node | undefined)
      if (isFunctionNode(walk.compiler, node)) return true;
    return false;
  })();
  return isNested ? fn : undefined;
}
