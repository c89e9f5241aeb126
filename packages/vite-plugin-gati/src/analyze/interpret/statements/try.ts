import type { Block, TryStatement } from 'typescript-7/unstable/ast';
import { emptyFlow, addJumps } from './flow.ts';
import { merge, type State } from '../state/state.ts';
import type { Value } from '../state/values.ts';
import type { Flow, Thrown, InterpreterApi } from '../interpreter-api.ts';

/** Follows `try`: `catch` begins with the states of the throws in the block. */
export function executeTry(walk: InterpreterApi, node: TryStatement, states: State[]): Flow {
  const { throws, guarded } = walk;
  const inner: Thrown[] = [];
  walk.throws = inner;
  walk.guarded = guarded || node.catchClause !== undefined;
  const flow = walk.execute(node.tryBlock.statements, states);
  walk.guarded = guarded;
  let thrown = inner;
  if (node.catchClause) {
    thrown = [];
    walk.throws = thrown;
    const { variableDeclaration, block } = node.catchClause;
    const entries = merge(
      inner.map(({ state, error }) =>
        variableDeclaration
          ? walk.bind(variableDeclaration.name, caughtValue(error), state)
          : state,
      ),
    );
    const handled = entries.length > 0 ? walk.execute(block.statements, entries) : emptyFlow();
    addJumps(flow, handled);
    flow.normal = merge([...flow.normal, ...handled.normal]);
  }
  walk.throws = throws;
  if (!node.finallyBlock) {
    throws.push(...thrown);
    return flow;
  }
  return executeFinally(walk, node.finallyBlock, flow, thrown);
}

function caughtValue(error: Thrown['error']): Value {
  return error ? { kind: 'error', error } : { kind: 'otherError' };
}

/**
 * Every path out of `try` and `catch` runs `finally`. A return or a throw in `finally` replaces the
 * end of the path.
 */
function executeFinally(
  walk: InterpreterApi,
  block: Block,
  flow: Flow,
  thrown: readonly Thrown[],
): Flow {
  const result = emptyFlow();
  const through = (state: State): State[] => {
    const step = walk.execute(block.statements, [state]);
    addJumps(result, step);
    return step.normal;
  };
  for (const { state, error } of thrown)
    for (const next of through(state)) walk.throws.push({ state: next, error });
  for (const { state, ...rest } of flow.returns)
    for (const next of through(state)) result.returns.push({ ...rest, state: next });
  for (const { state, label } of flow.breaks)
    for (const next of through(state)) result.breaks.push({ state: next, label });
  for (const { state, label } of flow.continues)
    for (const next of through(state)) result.continues.push({ state: next, label });
  result.normal = merge(flow.normal.flatMap(through));
  return result;
}
