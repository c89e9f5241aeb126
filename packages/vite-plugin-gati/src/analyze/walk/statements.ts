import {
  type Block,
  type CaseClause,
  type DoStatement,
  type ExpressionStatement,
  type ForInOrOfStatement,
  type ForStatement,
  type Identifier,
  type IfStatement,
  type LabeledStatement,
  type Node,
  type ReturnStatement,
  type SwitchStatement,
  SyntaxKind as K,
  type ThrowStatement,
  type TryStatement,
  type VariableDeclarationList,
  type VariableStatement,
  type WhileStatement,
} from 'typescript-7/unstable/ast';
import { decide, learn } from './facts.ts';
import { toCondition } from './conditions.ts';
import { merge, type State } from './state.ts';
import { unwrap } from './syntax.ts';
import { UNDEFINED, type Value } from './values.ts';
import type { Flow, Jump, Thrown, Walk } from './walk.ts';

const MAX_ROUNDS = 5;

export function emptyFlow(normal: State[] = []): Flow {
  return { normal, returns: [], breaks: [], continues: [] };
}

export function executeAll(walk: Walk, statements: readonly Node[], states: State[]): Flow {
  const flow = emptyFlow(states);
  for (const statement of statements) {
    if (flow.normal.length === 0) break;
    const step = execute(walk, statement, flow.normal);
    join(flow, step);
    flow.normal = merge(step.normal);
  }
  return flow;
}

function join(into: Flow, from: Flow): void {
  into.returns.push(...from.returns);
  into.breaks.push(...from.breaks);
  into.continues.push(...from.continues);
}

function execute(walk: Walk, node: Node, states: State[]): Flow {
  walk.fuel -= states.length;
  if (walk.fuel < 0) return emptyFlow([walk.escape(states[0]!, node, 'The handler has too many paths to follow.')]);
  const { host } = walk;
  switch (host.kind(node)) {
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
        for (const outcome of walk.evaluate(expression, state)) walk.thrown(outcome.value, outcome.state, node);
      }
      return emptyFlow();
    case K.TryStatement:
      return executeTry(walk, node as TryStatement, states);
    case K.SwitchStatement:
      return executeSwitch(walk, node as SwitchStatement, states);
    case K.ForStatement:
      return executeFor(walk, node as ForStatement, states, undefined);
    case K.ForOfStatement:
    case K.ForInStatement:
      return executeForEach(walk, node as ForInOrOfStatement, states, undefined);
    case K.WhileStatement:
      return executeWhile(walk, node as WhileStatement, states, undefined);
    case K.DoStatement:
      return executeDo(walk, node as DoStatement, states, undefined);
    case K.LabeledStatement:
      return executeLabeled(walk, node as LabeledStatement, states);
    case K.BreakStatement:
    case K.ContinueStatement: {
      const label = (node as unknown as { label?: Identifier }).label?.text;
      const jumps = states.map((state) => ({ state, label }));
      return host.kind(node) === K.BreakStatement ? { ...emptyFlow(), breaks: jumps } : { ...emptyFlow(), continues: jumps };
    }
    default:
      return emptyFlow(states);
  }
}

function executeExpression(walk: Walk, expression: Node, states: State[]): Flow {
  const outcomes = states.flatMap((state) => walk.evaluate(expression, state));
  return emptyFlow(merge(outcomes.filter(({ value }) => value.kind !== 'never').map(({ state }) => state)));
}

function declare(walk: Walk, list: VariableDeclarationList, states: State[]): State[] {
  let current = states;
  for (const { name, initializer } of list.declarations) {
    if (!initializer) continue;
    const next = current.flatMap((state) => walk.evaluate(initializer, state)).filter(({ value }) => value.kind !== 'never');
    current = merge(next.map(({ state, value }) => walk.bind(name, value, state)));
  }
  return current;
}

function executeIf(walk: Walk, node: IfStatement, states: State[]): Flow {
  const flow = emptyFlow();
  const yes: State[] = [];
  const no: State[] = [];
  for (const state of states) {
    const split = walk.test(node.expression, state);
    yes.push(...split.yes);
    no.push(...split.no);
  }
  const taken = yes.length > 0 ? execute(walk, node.thenStatement, merge(yes)) : emptyFlow();
  const other = no.length === 0 ? emptyFlow() : node.elseStatement ? execute(walk, node.elseStatement, merge(no)) : emptyFlow(no);
  join(flow, taken);
  join(flow, other);
  flow.normal = merge([...taken.normal, ...other.normal]);
  return flow;
}

function executeReturn(walk: Walk, node: ReturnStatement, states: State[]): Flow {
  const flow = emptyFlow();
  for (const state of states) {
    const outcomes = node.expression ? walk.evaluate(node.expression, state) : [{ state, value: UNDEFINED }];
    for (const outcome of outcomes)
      if (outcome.value.kind !== 'never') flow.returns.push({ ...outcome, facts: outcome.state.facts, node: node.expression ?? node });
  }
  return flow;
}

function executeTry(walk: Walk, node: TryStatement, states: State[]): Flow {
  const { sink, guarded } = walk;
  const inner: Thrown[] = [];
  walk.sink = inner;
  walk.guarded = guarded || node.catchClause !== undefined;
  const flow = executeAll(walk, node.tryBlock.statements, states);
  walk.guarded = guarded;
  let thrown = inner;
  if (node.catchClause) {
    thrown = [];
    walk.sink = thrown;
    const { variableDeclaration, block } = node.catchClause;
    const entries = merge(
      inner.map(({ state, error }) => (variableDeclaration ? walk.bind(variableDeclaration.name, toCaught(error), state) : state)),
    );
    const handled = entries.length > 0 ? executeAll(walk, block.statements, entries) : emptyFlow();
    join(flow, handled);
    flow.normal = merge([...flow.normal, ...handled.normal]);
  }
  walk.sink = sink;
  if (!node.finallyBlock) {
    sink.push(...thrown);
    return flow;
  }
  return executeFinally(walk, node.finallyBlock, flow, thrown);
}

function toCaught(error: Thrown['error']): Value {
  return error ? { kind: 'error', error } : { kind: 'failure' };
}

/** `finally` is on every way out, and where it returns or throws itself, that is what counts. */
function executeFinally(walk: Walk, block: Block, flow: Flow, thrown: readonly Thrown[]): Flow {
  const result = emptyFlow();
  const through = (state: State): State[] => {
    const step = executeAll(walk, block.statements, [state]);
    join(result, step);
    return step.normal;
  };
  for (const { state, error } of thrown) for (const next of through(state)) walk.sink.push({ state: next, error });
  for (const { state, ...rest } of flow.returns) for (const next of through(state)) result.returns.push({ ...rest, state: next });
  for (const { state, label } of flow.breaks) for (const next of through(state)) result.breaks.push({ state: next, label });
  for (const { state, label } of flow.continues) for (const next of through(state)) result.continues.push({ state: next, label });
  result.normal = merge(flow.normal.flatMap(through));
  return result;
}

function executeSwitch(walk: Walk, node: SwitchStatement, states: State[]): Flow {
  const flow = emptyFlow();
  const { clauses } = node.caseBlock;
  const fallThrough = clauses.findIndex((clause) => walk.host.kind(clause) === K.DefaultClause);
  const entries: State[][] = clauses.map(() => []);
  let open = states.flatMap((state) => walk.evaluate(node.expression, state)).map(({ state }) => state);
  for (const [index, clause] of clauses.entries()) {
    if (index === fallThrough) continue;
    const next: State[] = [];
    for (const state of merge(open)) {
      const split = testCase(walk, node.expression, (clause as CaseClause).expression!, state);
      entries[index]!.push(...split.yes);
      next.push(...split.no);
    }
    open = merge(next);
  }
  let unmatched: State[] = [];
  if (fallThrough !== -1) entries[fallThrough]!.push(...open);
  else if (!isExhausted(walk, node)) unmatched = open;
  let falling: State[] = [];
  for (const [index, clause] of clauses.entries()) {
    const step = executeAll(walk, clause.statements, merge([...falling, ...entries[index]!]));
    join(flow, step);
    falling = step.normal;
  }
  flow.normal = [...unmatched, ...falling];
  takeBreaks(flow, undefined);
  return flow;
}

function testCase(walk: Walk, subject: Node, expression: Node, state: State): { yes: State[]; no: State[] } {
  const inner = unwrap(walk.host, subject);
  if (walk.host.kind(inner) === K.TrueKeyword) return walk.test(expression, state);
  const [a] = walk.evaluate(inner, state);
  const [b] = walk.evaluate(expression, state);
  if (a?.value.kind === 'constant' && b?.value.kind === 'constant') {
    return a.value.value === b.value.value ? { yes: [state], no: [] } : { yes: [], no: [state] };
  }
  const found = toCondition(walk, inner, state);
  const literal = b?.value.kind === 'constant' ? b.value.value : enumValue(walk, expression);
  if (!found || found.negated || literal === undefined || typeof literal === 'bigint') return { yes: [state], no: [state] };
  const condition = { ...found.condition, equals: JSON.stringify(literal), truthy: Boolean(literal) };
  const known = decide(state.facts, condition);
  const learned = (holds: boolean): State[] =>
    known === undefined ? [{ ...state, facts: learn(state.facts, condition, holds) }] : known === holds ? [state] : [];
  return { yes: learned(true), no: learned(false) };
}

function enumValue(walk: Walk, expression: Node): string | number | boolean | bigint | undefined {
  const type = walk.session.type(expression);
  return type.tag === 'literal' ? type.value : undefined;
}

/** Each value that the subject can have has its case. */
function isExhausted(walk: Walk, node: SwitchStatement): boolean {
  const subject = unwrap(walk.host, node.expression);
  if (walk.host.kind(subject) === K.TrueKeyword) return false;
  const type = walk.session.type(subject);
  const members = type.tag === 'union' ? walk.host.members(type) : type.tag === 'boolean' ? [] : [type];
  if (type.tag === 'boolean')
    return [true, false].every((value) =>
      node.caseBlock.clauses.some((clause) => enumValue(walk, (clause as CaseClause).expression!) === value),
    );
  const cases = node.caseBlock.clauses.map((clause) => walk.session.type((clause as CaseClause).expression!));
  return members.every((member) =>
    cases.some((each) =>
      member.tag === 'literal'
        ? each.tag === 'literal' && each.value === member.value
        : (member.tag === 'null' || member.tag === 'undefined') && each.tag === member.tag,
    ),
  );
}

function takeBreaks(flow: Flow, label: string | undefined): void {
  const mine = (jump: Jump): boolean => jump.label === undefined || (label !== undefined && jump.label === label);
  flow.normal = merge([...flow.normal, ...flow.breaks.filter(mine).map(({ state }) => state)]);
  flow.breaks = flow.breaks.filter((jump) => !mine(jump));
}

function executeLabeled(walk: Walk, node: LabeledStatement, states: State[]): Flow {
  const label = node.label.text;
  const flow = executeLoop(walk, node.statement, states, label) ?? execute(walk, node.statement, states);
  takeLabel(flow, label);
  return flow;
}

function takeLabel(flow: Flow, label: string): void {
  flow.normal = merge([...flow.normal, ...flow.breaks.filter((jump) => jump.label === label).map(({ state }) => state)]);
  flow.breaks = flow.breaks.filter((jump) => jump.label !== label);
}

function executeLoop(walk: Walk, node: Node, states: State[], label: string): Flow | undefined {
  switch (walk.host.kind(node)) {
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
  /** States that go into another round, and those that leave. */
  enter(state: State): { yes: State[]; no: State[] };
  /** After each round: the incrementor. */
  after?(state: State): State[];
}

/** Rounds until no new state turns up; variables take their values from literals only, so there are few. */
function runLoop(walk: Walk, states: State[], loop: Loop): Flow {
  const flow = emptyFlow();
  let entering = merge(states);
  // What a round learns of its own variables says nothing of the next round's.
  const outer = new Set(entering.flatMap(({ facts }) => [...facts.keys()]));
  const ownFacts = (state: State): State => ({ ...state, facts: new Map([...state.facts].filter(([key]) => outer.has(key))) });
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
    const step = execute(walk, loop.body, merge(inside));
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
      // Facts of the round may have gone; what leaves must not lean on them.
      for (const state of all) leaving.push(...loop.enter(state).no);
      entering = [];
    } else {
      known = before;
      entering = all;
    }
  }
  // Not settled after all: what a further round would do is not known.
  for (const state of entering)
    leaving.push(
      ...loop.enter(state).no.map((end) => walk.escape(end, loop.body, 'A loop changes the answer in more ways than are followed.')),
    );
  flow.normal = merge(leaving);
  return flow;
}

function executeWhile(walk: Walk, node: WhileStatement, states: State[], label: string | undefined): Flow {
  return runLoop(walk, states, { label, body: node.statement, enter: (state) => walk.test(node.expression, state) });
}

function executeDo(walk: Walk, node: DoStatement, states: State[], label: string | undefined): Flow {
  const first = execute(walk, node.statement, states);
  const mine = (jump: Jump): boolean => jump.label === undefined || jump.label === label;
  const again = merge([...first.normal, ...first.continues.filter(mine).map(({ state }) => state)]);
  const rest = runLoop(walk, again, { label, body: node.statement, enter: (state) => walk.test(node.expression, state) });
  return {
    normal: merge([...rest.normal, ...first.breaks.filter(mine).map(({ state }) => state)]),
    returns: [...first.returns, ...rest.returns],
    breaks: [...first.breaks.filter((jump) => !mine(jump)), ...rest.breaks],
    continues: [...first.continues.filter((jump) => !mine(jump)), ...rest.continues],
  };
}

function executeFor(walk: Walk, node: ForStatement, states: State[], label: string | undefined): Flow {
  const { initializer, condition, incrementor } = node;
  let entering = states;
  if (initializer) {
    entering =
      walk.host.kind(initializer) === K.VariableDeclarationList
        ? declare(walk, initializer as VariableDeclarationList, states)
        : states.flatMap((state) => walk.evaluate(initializer, state)).map(({ state }) => state);
  }
  return runLoop(walk, entering, {
    label,
    body: node.statement,
    enter: (state) => (condition ? walk.test(condition, state) : { yes: [state], no: [] }),
    after: (state) => (incrementor ? walk.evaluate(incrementor, state).map((outcome) => outcome.state) : [state]),
  });
}

function executeForEach(walk: Walk, node: ForInOrOfStatement, states: State[], label: string | undefined): Flow {
  const entering = states.flatMap((state) => walk.evaluate(node.expression, state)).map(({ state }) => state);
  return runLoop(walk, entering, {
    label,
    body: node.statement,
    enter: (state) => ({ yes: [clearTarget(walk, node.initializer, state)], no: [state] }),
  });
}

/** Each round gives the variable of the loop another value. */
function clearTarget(walk: Walk, initializer: Node, state: State): State {
  if (walk.host.kind(initializer) !== K.VariableDeclarationList)
    return (
      walk.assign(initializer, { kind: 'declared', symbol: walk.session.symbol(initializer)!, node: initializer }, state, initializer)[0] ??
      state
    );
  return state;
}
