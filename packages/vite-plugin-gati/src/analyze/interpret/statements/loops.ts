import {
  type DoStatement,
  type ForInOrOfStatement,
  type ForStatement,
  type Node,
  SyntaxKind as K,
  type VariableDeclarationList,
  type WhileStatement,
} from 'typescript-7/unstable/ast';
import { declare } from './declarations.ts';
import { emptyFlow } from './flow.ts';
import { merge, type State } from '../state/state.ts';
import type { Flow, Jump, InterpreterApi } from '../interpreter-api.ts';

/** Maximum number of rounds of a loop that are followed. */
const MAX_ROUNDS = 5;

/** Follows a loop; `undefined` for another statement. */
export function executeLoop(
  walk: InterpreterApi,
  node: Node,
  states: State[],
  label: string | undefined,
): Flow | undefined {
  switch (walk.compiler.kind(node)) {
    case K.ForStatement:
      return executeFor(walk, node as ForStatement, states, label);
    case K.ForOfStatement:
    case K.ForInStatement:
      return executeForEach(walk, node as ForInOrOfStatement, states, label);
    case K.WhileStatement:
      return executeWhile(walk, node as WhileStatement, states, label);
    case K.DoStatement:
      return executeDo(walk, node as DoStatement, states, label);
    default:
      return undefined;
  }
}

interface Loop {
  label: string | undefined;
  body: Node;
  /** Splits a state: into another round (`yes`), or out of the loop (`no`). */
  enter(state: State): { yes: State[]; no: State[] };
  /** The incrementor, after each round. */
  after?(state: State): State[];
}

/**
 * Runs rounds until no new state appears. States differ by literals in the code only, so there are
 * few.
 */
function runLoop(walk: InterpreterApi, states: State[], loop: Loop): Flow {
  const flow = emptyFlow();
  let entering = merge(states);
  // In the next round the variables of the body are new, so facts about them do not hold.
  const outer = new Set(entering.flatMap(({ facts }) => [...facts.keys()]));
  const ownFacts = (state: State): State => ({
    ...state,
    facts: new Map([...state.facts].filter(([key]) => outer.has(key))),
  });
  let known: State[] = [];
  const leaving: State[] = [];
  for (let round = 0; round < MAX_ROUNDS && entering.length > 0; round++) {
    const inside: State[] = [];
    for (const state of entering) {
      const { yes, no } = loop.enter(state);
      inside.push(...yes);
      leaving.push(...no);
    }
    if (inside.length === 0) break;
    const step = walk.execute([loop.body], merge(inside));
    flow.returns.push(...step.returns);
    const mine = (jump: Jump): boolean => jump.label === undefined || jump.label === loop.label;
    leaving.push(...step.breaks.filter(mine).map(({ state }) => state));
    flow.breaks.push(...step.breaks.filter((jump) => !mine(jump)));
    flow.continues.push(...step.continues.filter((jump) => !mine(jump)));
    const ended = [...step.normal, ...step.continues.filter(mine).map(({ state }) => state)];
    const after = loop.after ? ended.flatMap((state) => loop.after!(state)) : ended;
    const before = merge([...known, ...entering]);
    const all = merge([...before, ...after.map(ownFacts)]);
    if (all.length === before.length) {
      // A round may have invalidated facts. States that leave the loop must not rely on them.
      for (const state of all) leaving.push(...loop.enter(state).no);
      entering = [];
    } else {
      known = before;
      entering = all;
    }
  }
  // There are still new states: what further rounds would do is unknown.
  for (const state of entering)
    leaving.push(
      ...loop
        .enter(state)
        .no.map((end) =>
          walk.escape(
            end,
            loop.body,
            'A loop changes the response in more ways than the analysis follows.',
          ),
        ),
    );
  flow.normal = merge(leaving);
  return flow;
}

function executeWhile(
  walk: InterpreterApi,
  node: WhileStatement,
  states: State[],
  label: string | undefined,
): Flow {
  return runLoop(walk, states, {
    label,
    body: node.statement,
    enter: (state) => walk.test(node.expression, state),
  });
}

function executeDo(
  walk: InterpreterApi,
  node: DoStatement,
  states: State[],
  label: string | undefined,
): Flow {
  const first = walk.execute([node.statement], states);
  const mine = (jump: Jump): boolean => jump.label === undefined || jump.label === label;
  const again = merge([...first.normal, ...first.continues.filter(mine).map(({ state }) => state)]);
  const rest = runLoop(walk, again, {
    label,
    body: node.statement,
    enter: (state) => walk.test(node.expression, state),
  });
  return {
    normal: merge([...rest.normal, ...first.breaks.filter(mine).map(({ state }) => state)]),
    returns: [...first.returns, ...rest.returns],
    breaks: [...first.breaks.filter((jump) => !mine(jump)), ...rest.breaks],
    continues: [...first.continues.filter((jump) => !mine(jump)), ...rest.continues],
  };
}

function executeFor(
  walk: InterpreterApi,
  node: ForStatement,
  states: State[],
  label: string | undefined,
): Flow {
  const { initializer, condition, incrementor } = node;
  let entering = states;
  if (initializer) {
    entering =
      walk.compiler.kind(initializer) === K.VariableDeclarationList
        ? declare(walk, initializer as VariableDeclarationList, states)
        : states.flatMap((state) => walk.evaluate(initializer, state)).map(({ state }) => state);
  }
  return runLoop(walk, entering, {
    label,
    body: node.statement,
    enter: (state) => (condition ? walk.test(condition, state) : { yes: [state], no: [] }),
    after: (state) =>
      incrementor ? walk.evaluate(incrementor, state).map((outcome) => outcome.state) : [state],
  });
}

function executeForEach(
  walk: InterpreterApi,
  node: ForInOrOfStatement,
  states: State[],
  label: string | undefined,
): Flow {
  const entering = states
    .flatMap((state) => walk.evaluate(node.expression, state))
    .map(({ state }) => state);
  return runLoop(walk, entering, {
    label,
    body: node.statement,
    enter: (state) => ({ yes: [clearTarget(walk, node.initializer, state)], no: [state] }),
  });
}

/** The variable of the loop has another value in each round. */
function clearTarget(walk: InterpreterApi, initializer: Node, state: State): State {
  if (walk.compiler.kind(initializer) !== K.VariableDeclarationList)
    return (
      walk.assign(
        initializer,
        { kind: 'declared', symbol: walk.snapshot.symbol(initializer)!, node: initializer },
        state,
        initializer,
      )[0] ?? state
    );
  return state;
}
