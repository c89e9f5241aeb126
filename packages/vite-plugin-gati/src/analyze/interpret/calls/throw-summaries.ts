import type { ThrowSummary } from '../../program-snapshot.ts';
import type { Node } from 'typescript-7/unstable/ast';
import type { Arguments } from './arguments.ts';
import { forgetVolatile } from '../state/facts.ts';
import { hasGenerator } from './functions.ts';
import { valueByType } from '../expressions/parts.ts';
import { START, type State } from '../state/state.ts';
import { httpErrorKey, type FunctionNode, type Value } from '../state/values.ts';
import type { Outcome, Thrown, InterpreterApi } from '../interpreter-api.ts';

/** Calls a function that can't change the response: only what it throws counts. */
export function callForItsThrows(
  walk: InterpreterApi,
  node: Node,
  fn: FunctionNode,
  args: Arguments,
): Outcome[] {
  const summary = summarizeThrows(walk, fn);
  // The errors may depend on the arguments.
  if (summary.errors.length > 0 && fn.parameters.length > 0 && args.values.length > 0) {
    const outcomes = walk.enter(fn, args.values, args.state, { at: node, frame: walk.frame });
    return outcomes.map(({ state, value }) => ({
      state: afterCall(walk, state),
      value: value.kind === 'never' ? value : valueByType(walk, node),
    }));
  }
  for (const error of summary.errors) walk.throws.push({ state: args.state, error });
  for (const value of args.values)
    if (value.kind === 'function') runForThrows(walk, value, args.state);
  const state = afterCall(walk, args.state);
  return [{ state, value: summary.returns ? valueByType(walk, node) : { kind: 'never' } }];
}

/** Returns the state after a call: it may have thrown, and may have changed properties. */
export function afterCall(walk: InterpreterApi, state: State): State {
  walk.callMayThrow(state);
  return { ...state, facts: forgetVolatile(state.facts) };
}

/**
 * Returns what a function throws, for any arguments. The result is kept until the program changes.
 */
export function summarizeThrows(walk: InterpreterApi, fn: FunctionNode): ThrowSummary {
  const { summaries } = walk.snapshot;
  const known = summaries.get(fn);
  if (known) return known;
  const cutsBefore = walk.snapshot.cuts;
  const { throws, guarded, frame } = walk;
  const thrown: Thrown[] = [];
  walk.throws = thrown;
  walk.guarded = false;
  walk.snapshot.prepare([fn]);
  const outcomes = walk.snapshot.summarizing.has(fn)
    ? undefined
    : withSummary(walk, fn, () =>
        walk.enter(fn, undefined, START, { at: fn, frame: { ...frame, bindings: new Map() } }),
      );
  walk.throws = throws;
  walk.guarded = guarded;
  walk.frame = frame;
  if (!outcomes) {
    walk.snapshot.cuts++;
    return { errors: [], returns: true };
  }
  const errors = new Map(
    thrown.flatMap(({ error }) => (error ? [[httpErrorKey(error), error] as const] : [])),
  );
  const summary = {
    errors: [...errors.values()],
    returns: outcomes.some(({ value }) => value.kind !== 'never'),
  };
  // A summary that recursion cut short lacks the errors of the outer function, so it is not kept.
  if (walk.snapshot.cuts === cutsBefore || walk.snapshot.summarizing.size === 0)
    summaries.set(fn, summary);
  return summary;
}

function withSummary(walk: InterpreterApi, fn: FunctionNode, run: () => Outcome[]): Outcome[] {
  walk.snapshot.summarizing.add(fn);
  try {
    return run();
  } finally {
    walk.snapshot.summarizing.delete(fn);
  }
}

/** Runs a callback once, to collect the errors that it throws. */
export function runForThrows(
  walk: InterpreterApi,
  value: Extract<Value, { kind: 'function' }>,
  state: State,
): void {
  if (walk.frame.stack.includes(value.node) || hasGenerator(value.node)) return;
  walk.enter(value.node, undefined, state, { at: value.node, frame: value.frame });
}
