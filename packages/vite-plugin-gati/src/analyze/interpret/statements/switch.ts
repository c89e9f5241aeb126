import {
  type CaseClause,
  type Node,
  type SwitchStatement,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { toCondition } from '../expressions/condition-key.ts';
import { decide, learn } from '../state/facts.ts';
import { emptyFlow, addJumps, takeBreaks } from './flow.ts';
import { merge, type State } from '../state/state.ts';
import { unwrap } from '../../compiler/syntax.ts';
import type { Flow, InterpreterApi } from '../interpreter-api.ts';

/**
 * Follows a `switch`: the cases that a state can enter, the states that fall through, and those
 * that match no case.
 */
export function executeSwitch(walk: InterpreterApi, node: SwitchStatement, states: State[]): Flow {
  const flow = emptyFlow();
  const { clauses } = node.caseBlock;
  const defaultIndex = clauses.findIndex(
    (clause) => walk.compiler.kind(clause) === K.DefaultClause,
  );
  const entries: State[][] = clauses.map(() => []);
  let untested = states
    .flatMap((state) => walk.evaluate(node.expression, state))
    .map(({ state }) => state);
  for (const [index, clause] of clauses.entries()) {
    if (index === defaultIndex) continue;
    const next: State[] = [];
    for (const state of merge(untested)) {
      const split = testCase(walk, node.expression, (clause as CaseClause).expression!, state);
      entries[index]!.push(...split.yes);
      next.push(...split.no);
    }
    untested = merge(next);
  }
  let unmatched: State[] = [];
  if (defaultIndex !== -1) entries[defaultIndex]!.push(...untested);
  else if (!isExhausted(walk, node)) unmatched = untested;
  let falling: State[] = [];
  for (const [index, clause] of clauses.entries()) {
    const step = walk.execute(clause.statements, merge([...falling, ...entries[index]!]));
    addJumps(flow, step);
    falling = step.normal;
  }
  flow.normal = [...unmatched, ...falling];
  takeBreaks(flow, undefined);
  return flow;
}

function testCase(
  walk: InterpreterApi,
  subject: Node,
  expression: Node,
  state: State,
): { yes: State[]; no: State[] } {
  const inner = unwrap(walk.compiler, subject);
  if (walk.compiler.kind(inner) === K.TrueKeyword) return walk.test(expression, state);
  const [a] = walk.evaluate(inner, state);
  const [b] = walk.evaluate(expression, state);
  if (a?.value.kind === 'constant' && b?.value.kind === 'constant') {
    return a.value.value === b.value.value ? { yes: [state], no: [] } : { yes: [], no: [state] };
  }
  const found = toCondition(walk, inner, state);
  const literal = b?.value.kind === 'constant' ? b.value.value : enumValue(walk, expression);
  if (!found || found.negated || literal === undefined || typeof literal === 'bigint')
    return { yes: [state], no: [state] };
  const condition = {
    ...found.condition,
    equals: JSON.stringify(literal),
    truthy: Boolean(literal),
  };
  const known = decide(state.facts, condition);
  const learned = (holds: boolean): State[] =>
    known === undefined
      ? [{ ...state, facts: learn(state.facts, condition, holds) }]
      : known === holds
        ? [state]
        : [];
  return { yes: learned(true), no: learned(false) };
}

function enumValue(
  walk: InterpreterApi,
  expression: Node,
): string | number | boolean | bigint | undefined {
  const type = walk.snapshot.type(expression);
  return type.tag === 'literal' ? type.value : undefined;
}

/** Whether there is a case for every value of the subject's type. */
function isExhausted(walk: InterpreterApi, node: SwitchStatement): boolean {
  const subject = unwrap(walk.compiler, node.expression);
  if (walk.compiler.kind(subject) === K.TrueKeyword) return false;
  const type = walk.snapshot.type(subject);
  const members =
    type.tag === 'union' ? walk.compiler.members(type) : type.tag === 'boolean' ? [] : [type];
  if (type.tag === 'boolean')
    return [true, false].every((value) =>
      node.caseBlock.clauses.some(
        (clause) => enumValue(walk, (clause as CaseClause).expression!) === value,
      ),
    );
  const cases = node.caseBlock.clauses.map((clause) =>
    walk.snapshot.type((clause as CaseClause).expression!),
  );
  return members.every((member) =>
    cases.some((each) =>
      member.tag === 'literal'
        ? each.tag === 'literal' && each.value === member.value
        : (member.tag === 'null' || member.tag === 'undefined') && each.tag === member.tag,
    ),
  );
}
