import type { VariableDeclarationList } from 'typescript-7/unstable/ast';
import { merge, type State } from '../state/state.ts';
import type { InterpreterApi } from '../interpreter-api.ts';

/** Declares the variables of a list with their initialisers. */
export function declare(
  walk: InterpreterApi,
  list: VariableDeclarationList,
  states: State[],
): State[] {
  let current = states;
  for (const { name, initializer } of list.declarations) {
    if (!initializer) continue;
    const next = current
      .flatMap((state) => walk.evaluate(initializer, state))
      .filter(({ value }) => value.kind !== 'never');
    current = merge(next.map(({ state, value }) => walk.bind(name, value, state)));
  }
  return current;
}
