import {
  type Block,
  type ExpressionStatement,
  type Identifier,
  type IfStatement,
  type LabeledStatement,
  type Node,
  type ReturnStatement,
  type SwitchStatement,
  SyntaxKind as K,
  type ThrowStatement,
  type TryStatement,
  type VariableStatement,
} from 'typescript-7/unstable/ast';
import { declare } from './declarations.ts';
import { emptyFlow, addJumps, takeLabel } from './flow.ts';
import { executeLoop } from './loops.ts';
import { merge, type State } from '../state/state.ts';
import { executeSwitch } from './switch.ts';
import { executeTry } from './try.ts';
import { UNDEFINED } from '../state/values.ts';
import type { Flow, InterpreterApi } from '../interpreter-api.ts';

/** Executes statements in order, each in the states that the one before it leaves. */
export function executeAll(
  walk: InterpreterApi,
  statements: readonly Node[],
  states: State[],
): Flow {
  const flow = emptyFlow(states);
  for (const statement of statements) {
    if (flow.normal.length === 0) break;
    const step = execute(walk, statement, flow.normal);
    addJumps(flow, step);
    flow.normal = merge(step.normal);
  }
  return flow;
}

/** Executes one statement, and takes fuel for each state. */
export function execute(walk: InterpreterApi, node: Node, states: State[]): Flow {
  walk.fuel -= states.length;
  if (walk.fuel < 0)
    return emptyFlow([walk.escape(states[0]!, node, 'The handler has too many paths to follow.')]);
  const { compiler } = walk;
  switch (compiler.kind(node)) {
    case K.Block:
      return executeAll(walk, (node as Block).statements, states);
    case K.ExpressionStatement:
      return executeExpression(walk, (node as ExpressionStatement).expression, states);
    case K.VariableStatement:
      return emptyFlow(declare(walk, (node as VariableStatement).declarationList, states));
    case K.IfStatement:
      return executeIf(walk, node as IfStatement, states);
    case K.ReturnStatement:
      return executeReturn(walk, node as ReturnStatement, states);
    case K.ThrowStatement:
      for (const state of states) {
        const { expression } = node as ThrowStatement;
        for (const outcome of walk.evaluate(expression, state))
          walk.recordThrow(outcome.value, outcome.state, node);
      }
      return emptyFlow();
    case K.TryStatement:
      return executeTry(walk, node as TryStatement, states);
    case K.SwitchStatement:
      return executeSwitch(walk, node as SwitchStatement, states);
    case K.LabeledStatement:
      return executeLabeled(walk, node as LabeledStatement, states);
    case K.BreakStatement:
    case K.ContinueStatement: {
      const label = (node as unknown as { label?: Identifier }).label?.text;
      const jumps = states.map((state) => ({ state, label }));
      return compiler.kind(node) === K.BreakStatement
        ? { ...emptyFlow(), breaks: jumps }
        : { ...emptyFlow(), continues: jumps };
    }
    default:
      return executeLoop(walk, node, states, undefined) ?? emptyFlow(states);
  }
}

function executeExpression(walk: InterpreterApi, expression: Node, states: State[]): Flow {
  const outcomes = states.flatMap((state) => walk.evaluate(expression, state));
  return emptyFlow(
    merge(outcomes.filter(({ value }) => value.kind !== 'never').map(({ state }) => state)),
  );
}

function executeIf(walk: InterpreterApi, node: IfStatement, states: State[]): Flow {
  const flow = emptyFlow();
  const yes: State[] = [];
  const no: State[] = [];
  for (const state of states) {
    const split = walk.test(node.expression, state);
    yes.push(...split.yes);
    no.push(...split.no);
  }
  const taken = yes.length > 0 ? execute(walk, node.thenStatement, merge(yes)) : emptyFlow();
  const other =
    no.length === 0
      ? emptyFlow()
      : node.elseStatement
        ? execute(walk, node.elseStatement, merge(no))
        : emptyFlow(no);
  addJumps(flow, taken);
  addJumps(flow, other);
  flow.normal = merge([...taken.normal, ...other.normal]);
  return flow;
}

function executeReturn(walk: InterpreterApi, node: ReturnStatement, states: State[]): Flow {
  const flow = emptyFlow();
  for (const state of states) {
    const outcomes = node.expression
      ? walk.evaluate(node.expression, state)
      : [{ state, value: UNDEFINED }];
    for (const outcome of outcomes)
      if (outcome.value.kind !== 'never')
        flow.returns.push({
          ...outcome,
          facts: outcome.state.facts,
          node: node.expression ?? node,
        });
  }
  return flow;
}

function executeLabeled(walk: InterpreterApi, node: LabeledStatement, states: State[]): Flow {
  const label = node.label.text;
  const flow =
    executeLoop(walk, node.statement, states, label) ?? execute(walk, node.statement, states);
  takeLabel(flow, label);
  return flow;
}
