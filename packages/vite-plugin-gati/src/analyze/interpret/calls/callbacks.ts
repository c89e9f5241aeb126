import { isPlatform } from '../../types/builtins.ts';
import {
  type CallExpression,
  type Node,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { Arguments } from './arguments.ts';
import { isAwaited } from './is-awaited.ts';
import { valueByType } from '../expressions/parts.ts';
import { canChangeResponse } from './reaches-response.ts';
import { merge } from '../state/state.ts';
import { afterCall } from './throw-summaries.ts';
import { hasModifier } from '../../compiler/syntax.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Methods of the platform that call a callback synchronously, any number of times. */
const REPEATING = new Set([
  'forEach',
  'map',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'flatMap',
  'reduce',
  'reduceRight',
  'sort',
  'toSorted',
]);

/** Maximum number of calls of a repeated callback that are followed. */
const MAX_ROUNDS = 3;

/** Methods of promises that call a callback later. */
const CHAINING = new Set(['then', 'catch', 'finally']);

/**
 * Follows a callback that may change the response, where it is known when the callback runs: in
 * array methods, and in promise chains that the handler awaits. Returns `undefined` for any other
 * call.
 */
export function callWithCallback(
  walk: InterpreterApi,
  node: CallExpression,
  name: Node & { text: string },
  args: Arguments,
): Outcome[] | undefined {
  if (!REPEATING.has(name.text) && !CHAINING.has(name.text)) return undefined;
  if (!walk.snapshot.target(name)?.declarations.every(({ file }) => isPlatform(file)))
    return undefined;
  const callbacks = args.values.filter((value) => value.kind === 'function');
  if (!callbacks.some((each) => canChangeResponse(walk, each.node, args.state))) return undefined;
  if (REPEATING.has(name.text)) {
    if (callbacks.some((each) => hasModifier(walk.compiler, each.node, K.AsyncKeyword)))
      return undefined;
    let states = [args.state];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const again = states.flatMap((state) =>
        callbacks.flatMap((each) =>
          walk
            .enter(each.node, undefined, state, { at: node, frame: each.frame })
            .map((outcome) => outcome.state),
        ),
      );
      const all = merge([...states, ...again]);
      if (all.length === states.length) break;
      states = all;
    }
    return states.map((state) => ({
      state: afterCall(walk, state),
      value: valueByType(walk, node),
    }));
  }
  if (!isAwaited(walk, node) && !isChained(walk, node)) return undefined;
  const skipped: Outcome[] =
    name.text === 'then' && callbacks.length === 1
      ? []
      : [{ state: args.state, value: valueByType(walk, node) }];
  return [
    ...skipped,
    ...callbacks.flatMap((each) =>
      walk.enter(each.node, undefined, args.state, { at: node, frame: each.frame }),
    ),
  ].map((outcome) => ({ ...outcome, state: afterCall(walk, outcome.state) }));
}

function isChained(walk: InterpreterApi, node: Node): boolean {
  const { parent } = node as { parent: Node };
  return (
    walk.compiler.kind(parent) === K.PropertyAccessExpression &&
    CHAINING.has((parent as PropertyAccessExpression).name.text)
  );
}
