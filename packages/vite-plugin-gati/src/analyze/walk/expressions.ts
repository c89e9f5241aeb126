import {
  type ArrayLiteralExpression,
  type AsExpression,
  type BinaryExpression,
  type ConditionalExpression,
  type ElementAccessExpression,
  type Expression,
  type Node,
  type ObjectLiteralExpression,
  type PrefixUnaryExpression,
  type PropertyAccessExpression,
  type PropertyAssignment,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { toCondition } from './conditions.ts';
import { decide, forget, forgetVolatile, sharedFacts } from './facts.ts';
import { readMember } from './members.ts';
import type { SymbolView } from '../host/host.ts';
import { merge, type State, stateKey, withVar } from './state.ts';
import { hasEffects, isAssignment, isFunctionNode, isIdentifier, propertyName, unwrap, visit } from './syntax.ts';
import { constant, type Entry, type FunctionNode, reachesResponse, UNDEFINED, unionOf, type Value } from './values.ts';
import type { Outcome, Walk } from './walk.ts';

export function typed(walk: Walk, node: Node): Value {
  return { kind: 'type', node, frame: walk.frame };
}

export function evaluateExpression(walk: Walk, node: Node, state: State): Outcome[] {
  const { host } = walk;
  const one = (value: Value): Outcome[] => [{ state, value }];
  const inner = unwrap(host, node);
  switch (host.kind(inner)) {
    case K.StringLiteral:
    case K.NoSubstitutionTemplateLiteral:
      return one(constant((inner as unknown as { text: string }).text));
    case K.NumericLiteral:
      return one(constant(Number((inner as unknown as { text: string }).text)));
    case K.TrueKeyword:
      return one(constant(true));
    case K.FalseKeyword:
      return one(constant(false));
    case K.NullKeyword:
      return one(constant(null, false));
    case K.VoidExpression:
      return thenValue(walk.evaluate((inner as unknown as { expression: Expression }).expression, state), UNDEFINED);
    case K.Identifier:
      return one(readName(walk, inner, state));
    case K.AsExpression:
    case K.TypeAssertionExpression:
      return evaluateAs(walk, inner as AsExpression, state);
    case K.ArrowFunction:
    case K.FunctionExpression:
      return one({ kind: 'function', node: inner as FunctionNode, frame: walk.frame });
    case K.ObjectLiteralExpression:
      return evaluateObject(walk, inner as ObjectLiteralExpression, state);
    case K.ArrayLiteralExpression:
      return evaluateArray(walk, inner as ArrayLiteralExpression, state);
    case K.ConditionalExpression:
      return evaluateConditional(walk, inner as ConditionalExpression, state);
    case K.BinaryExpression:
      return evaluateBinary(walk, inner as BinaryExpression, state);
    case K.PrefixUnaryExpression:
    case K.PostfixUnaryExpression:
      return evaluateUnary(walk, inner as PrefixUnaryExpression, state);
    case K.PropertyAccessExpression: {
      const { expression, name } = inner as PropertyAccessExpression;
      return walk
        .evaluate(expression, state)
        .map((outcome) => ({ state: outcome.state, value: readMember(walk, outcome, name.text, inner) }));
    }
    case K.ElementAccessExpression:
      return evaluateElement(walk, inner as ElementAccessExpression, state);
    case K.AwaitExpression:
      return walk
        .evaluate((inner as unknown as { expression: Expression }).expression, state)
        .map((outcome) => awaited(walk, outcome, inner));
    case K.CallExpression:
      return walk.call(inner, state);
    case K.NewExpression:
      return walk.construct(inner, state);
    default:
      return hasEffects(host, inner) ? evaluateParts(walk, inner, state) : one(typed(walk, inner));
  }
}

function thenValue(outcomes: Outcome[], value: Value): Outcome[] {
  return outcomes.map(({ state }) => ({ state, value }));
}

function awaited(walk: Walk, { state, value }: Outcome, node: Node): Outcome {
  const next = { ...state, facts: forgetVolatile(state.facts) };
  walk.mayFail(next);
  return {
    state: next,
    value: value.kind === 'type' ? { kind: 'type', node, frame: value.frame, ...(value.or ? { or: value.or } : {}) } : value,
  };
}

/** What is not followed may still call and assign within. */
function evaluateParts(walk: Walk, node: Node, state: State): Outcome[] {
  let states = [state];
  node.forEachChild((child) => {
    if (!isFunctionNode(walk.host, child) && hasEffects(walk.host, child)) {
      states = merge(states.flatMap((each) => walk.evaluate(child, each)).map((outcome) => outcome.state));
    }
    return undefined;
  });
  return states.map((each) => {
    const next = { ...each, facts: forgetVolatile(each.facts) };
    const uses = usesResponse(walk, node, next);
    return {
      state: uses ? walk.escape(next, node, 'The response object is used in a way that is not followed.') : next,
      value: typed(walk, node),
    };
  });
}

/** A name of the response object stands in it, other than to read or call a member. */
function usesResponse(walk: Walk, node: Node, state: State): boolean {
  const isDeletion = walk.host.kind(node) === K.DeleteExpression;
  let found = false;
  visit(node, (part) => {
    if (isIdentifier(walk.host, part) && (isDeletion || walk.host.kind(part.parent) !== K.PropertyAccessExpression)) {
      const symbol = walk.session.symbol(part);
      const value = symbol && state.vars.get(symbol);
      if (value && reachesResponse(value)) found = true;
    }
    return !found;
  });
  return found;
}

function readName(walk: Walk, node: Node, state: State): Value {
  const { text } = node as unknown as { text: string };
  if (text === 'undefined') return UNDEFINED;
  if (text === 'arguments' && walk.frame.passed.length > 0) return { kind: 'arguments', values: [...walk.frame.passed] };
  const symbol = walk.session.symbol(node);
  const value = symbol && state.vars.get(symbol);
  if (!value) return typed(walk, node);
  if (value.kind !== 'type') return value;
  return { kind: 'type', node, frame: walk.frame, or: value };
}

function evaluateAs(walk: Walk, node: AsExpression, state: State): Outcome[] {
  const isConst =
    walk.host.kind(node.type) === K.TypeReference && (node.type as unknown as { typeName?: { text?: string } }).typeName?.text === 'const';
  return walk.evaluate(node.expression, state).map(({ state: next, value }) => {
    if (value.kind === 'constant' && isConst) return { state: next, value: { ...value, widen: false } };
    const followed =
      value.kind !== 'type' && value.kind !== 'constant' && value.kind !== 'object' && value.kind !== 'array' && value.kind !== 'declared';
    return { state: next, value: followed || reachesResponse(value) ? value : typed(walk, node) };
  });
}

/** Paths that differ in the value only are one path again, with either value. */
function gather(outcomes: Outcome[]): Outcome[] {
  if (outcomes.length < 2) return outcomes;
  const groups = new Map<string, { state: State; values: Value[] }>();
  for (const { state, value } of outcomes) {
    const key = stateKey(state);
    const known = groups.get(key);
    if (known) {
      known.state = { ...known.state, facts: sharedFacts(known.state.facts, state.facts) };
      known.values.push(value);
    } else groups.set(key, { state, values: [value] });
  }
  return [...groups.values()].map(({ state, values }) => ({ state, value: unionOf(values) }));
}

function evaluateObject(walk: Walk, node: ObjectLiteralExpression, state: State): Outcome[] {
  let partial: { state: State; entries: Entry[] }[] = [{ state, entries: [] }];
  let plain = true;
  for (const property of node.properties) {
    const kind = walk.host.kind(property);
    const step = (expression: Node, entry: (value: Value) => Entry): void => {
      partial = partial.flatMap((each) =>
        gather(walk.evaluate(expression, each.state)).map((outcome) => ({
          state: outcome.state,
          entries: [...each.entries, entry(outcome.value)],
        })),
      );
    };
    if (kind === K.PropertyAssignment) {
      const { name, initializer } = property as PropertyAssignment;
      const key = propertyName(walk.host, name);
      if (key === undefined) plain = false;
      step(initializer, (value) => ({ name: key ?? '', value, node: property }));
    } else if (kind === K.ShorthandPropertyAssignment) {
      const { name } = property as unknown as { name: Expression & { text: string } };
      partial = partial.map((each) => ({
        ...each,
        entries: [...each.entries, { name: name.text, value: readShorthand(walk, name, each.state), node: property }],
      }));
    } else if (kind === K.SpreadAssignment) {
      step((property as unknown as { expression: Expression }).expression, (spread) => ({ spread, node: property }));
    } else if (kind === K.MethodDeclaration) {
      const key = propertyName(walk.host, (property as unknown as { name: Node }).name) ?? '';
      partial = partial.map((each) => ({
        ...each,
        entries: [
          ...each.entries,
          { name: key, value: { kind: 'function', node: property as unknown as FunctionNode, frame: walk.frame }, node: property },
        ],
      }));
    } else plain = false;
  }
  return partial.map((each) => {
    const value: Value = { kind: 'object', node, entries: each.entries, frame: walk.frame };
    return { state: each.state, value: plain || reachesResponse(value) ? value : typed(walk, node) };
  });
}

/** `{ name }` reads the variable; which one is only asked where one of that name is followed. */
function readShorthand(walk: Walk, name: Node & { text: string }, state: State): Value {
  if (![...state.vars.keys()].some((symbol) => symbol.name === name.text)) return typed(walk, name);
  const symbol = walk.host.shorthandValue(name.parent);
  const value = symbol && state.vars.get(symbol);
  if (!value) return typed(walk, name);
  return value.kind === 'type' ? { kind: 'type', node: name, frame: walk.frame, or: value } : value;
}

function evaluateArray(walk: Walk, node: ArrayLiteralExpression, state: State): Outcome[] {
  let partial: { state: State; elements: Value[] }[] = [{ state, elements: [] }];
  let plain = true;
  for (const element of node.elements) {
    const kind = walk.host.kind(element);
    if (kind === K.OmittedExpression) continue;
    const spread = kind === K.SpreadElement;
    if (spread) plain = false;
    const expression = spread ? (element as unknown as { expression: Expression }).expression : element;
    partial = partial.flatMap((each) =>
      gather(walk.evaluate(expression, each.state)).map((outcome) => ({
        state: outcome.state,
        elements: [...each.elements, outcome.value],
      })),
    );
  }
  return partial.map((each) => {
    const value: Value = { kind: 'array', node, elements: each.elements, frame: walk.frame };
    return { state: each.state, value: plain || reachesResponse(value) ? value : typed(walk, node) };
  });
}

function evaluateConditional(walk: Walk, node: ConditionalExpression, state: State): Outcome[] {
  const { yes, no } = walk.test(node.condition, state);
  return [...yes.flatMap((each) => walk.evaluate(node.whenTrue, each)), ...no.flatMap((each) => walk.evaluate(node.whenFalse, each))];
}

function evaluateBinary(walk: Walk, node: BinaryExpression, state: State): Outcome[] {
  const { left, operatorToken, right } = node;
  const operator = walk.host.kind(operatorToken);
  if (isAssignment(walk.host, operatorToken)) return evaluateAssignment(walk, node, state);
  if (operator === K.CommaToken) return walk.evaluate(left, state).flatMap((outcome) => walk.evaluate(right, outcome.state));
  if (operator === K.AmpersandAmpersandToken) {
    const { yes, no } = walk.test(left, state);
    const falsy = isConstantBoolean(walk, left, no) ?? typed(walk, left);
    return [...yes.flatMap((each) => walk.evaluate(right, each)), ...no.map((each) => ({ state: each, value: falsy }))];
  }
  if (operator === K.BarBarToken) {
    const { yes, no } = walk.test(left, state);
    const kept = yes.flatMap((each) => again(walk, left, each)).map((outcome) => without(outcome, 'falsy'));
    return [...kept, ...no.flatMap((each) => walk.evaluate(right, each))];
  }
  if (operator === K.QuestionQuestionToken) return evaluateNullish(walk, node, state);
  if (hasEffects(walk.host, node)) return evaluateParts(walk, node, state);
  const { yes, no } = isComparison(operator) ? walk.test(node, state) : { yes: [state], no: [state] };
  if (yes.length === 0) return no.map((each) => ({ state: each, value: constant(false) }));
  if (no.length === 0) return yes.map((each) => ({ state: each, value: constant(true) }));
  return [{ state, value: typed(walk, node) }];
}

function isComparison(operator: number): boolean {
  return (
    operator === K.EqualsEqualsEqualsToken ||
    operator === K.ExclamationEqualsEqualsToken ||
    operator === K.EqualsEqualsToken ||
    operator === K.ExclamationEqualsToken ||
    operator === K.InstanceOfKeyword
  );
}

function isConstantBoolean(walk: Walk, left: Node, no: State[]): Value | undefined {
  const kind = walk.host.kind(unwrap(walk.host, left));
  const negation =
    kind === K.PrefixUnaryExpression &&
    walk.host.toKind((unwrap(walk.host, left) as unknown as PrefixUnaryExpression).operator) === K.ExclamationToken;
  return no.length > 0 && negation ? constant(false) : undefined;
}

/** The value of an operand whose effects have been counted already. */
function again(walk: Walk, node: Node, state: State): Outcome[] {
  return hasEffects(walk.host, node) ? [{ state, value: typed(walk, node) }] : walk.evaluate(node, state);
}

function without(outcome: Outcome, what: 'nullish' | 'falsy'): Outcome {
  return outcome.value.kind === 'type' ? { ...outcome, value: { ...outcome.value, without: what } } : outcome;
}

function evaluateNullish(walk: Walk, { left, right }: BinaryExpression, state: State): Outcome[] {
  return walk.evaluate(left, state).flatMap((outcome) => {
    const { value } = outcome;
    if (value.kind === 'constant')
      return value.value === null || value.value === undefined ? walk.evaluate(right, outcome.state) : [outcome];
    if (value.kind !== 'type' && value.kind !== 'declared' && value.kind !== 'union') return [outcome];
    const nullish = isNullish(walk, left, value, outcome.state);
    return [...(nullish === true ? [] : [without(outcome, 'nullish')]), ...(nullish === false ? [] : walk.evaluate(right, outcome.state))];
  });
}

/** What the path knows of it: an object that is not true is not there. */
function isNullish(walk: Walk, node: Node, value: Value, state: State): boolean | undefined {
  const found = toCondition(walk, node, state);
  const truth = found && !found.negated && found.condition.equals === undefined ? decide(state.facts, found.condition) : undefined;
  if (truth === undefined) return undefined;
  if (truth) return false;
  const type = value.kind === 'type' ? walk.session.type(value.node) : undefined;
  const members = type?.tag === 'union' ? walk.host.members(type) : [];
  return members.length > 0 && members.every(({ tag }) => tag === 'object' || tag === 'null' || tag === 'undefined') ? true : undefined;
}

function evaluateAssignment(walk: Walk, node: BinaryExpression, state: State): Outcome[] {
  const { left, operatorToken, right } = node;
  const operator = walk.host.kind(operatorToken);
  if (operator === K.EqualsToken) {
    return walk.evaluate(right, state).flatMap(({ state: next, value }): Outcome[] => {
      if (value.kind === 'never') return [{ state: next, value }];
      return walk.assign(left, value, next, node).map((each) => ({ state: each, value }));
    });
  }
  if (operator === K.QuestionQuestionEqualsToken || operator === K.BarBarEqualsToken || operator === K.AmpersandAmpersandEqualsToken) {
    // Either it stays or it is assigned.
    const assigned = walk.evaluate(right, state).flatMap(({ state: next, value }) => walk.assign(left, value, next, node));
    return merge([state, ...assigned]).map((each) => ({ state: each, value: typed(walk, node) }));
  }
  return walk
    .evaluate(right, state)
    .flatMap(({ state: next }) =>
      walk.assign(left, typed(walk, node), next, node).map((each) => ({ state: each, value: typed(walk, node) })),
    );
}

function evaluateUnary(walk: Walk, node: PrefixUnaryExpression, state: State): Outcome[] {
  const operator = walk.host.toKind(node.operator);
  if (operator === K.PlusPlusToken || operator === K.MinusMinusToken) {
    const next = walk.assign(node.operand, typed(walk, node), state, node);
    return next.map((each) => ({ state: each, value: typed(walk, node) }));
  }
  if (operator === K.ExclamationToken) {
    const { yes, no } = walk.test(node, state);
    if (yes.length === 0) return no.map((each) => ({ state: each, value: constant(false) }));
    if (no.length === 0) return yes.map((each) => ({ state: each, value: constant(true) }));
    return merge([...yes, ...no]).map((each) => ({ state: each, value: typed(walk, node) }));
  }
  return walk.evaluate(node.operand, state).map(({ state: next, value }) => {
    if (operator === K.MinusToken && value.kind === 'constant' && typeof value.value === 'number')
      return { state: next, value: constant(-value.value) };
    return { state: next, value: typed(walk, node) };
  });
}

function evaluateElement(walk: Walk, node: ElementAccessExpression, state: State): Outcome[] {
  return walk.evaluate(node.expression, state).flatMap((base) =>
    walk.evaluate(node.argumentExpression, base.state).map((index) => {
      const key = index.value.kind === 'constant' ? String(index.value.value) : undefined;
      return { state: index.state, value: readMember(walk, { state: index.state, value: base.value }, key, node) };
    }),
  );
}

/** Gives a name, a property or a pattern a new value. */
export function assignTo(walk: Walk, target: Node, value: Value, state: State, at: Node): State[] {
  const { host, session } = walk;
  const inner = unwrap(host, target);
  switch (host.kind(inner)) {
    case K.Identifier: {
      const symbol = session.symbol(inner);
      if (!symbol) return [state];
      const next = { ...state, facts: forget(state.facts, symbol) };
      return [withVar(next, symbol, tracked(walk, symbol, value, inner))];
    }
    case K.PropertyAccessExpression:
    case K.ElementAccessExpression:
      return assignMember(walk, inner, value, state, at);
    case K.ObjectLiteralExpression:
    case K.ArrayLiteralExpression: {
      let next = state;
      inner.forEachChild((child) => {
        const name =
          (child as unknown as { initializer?: Node; name?: Node; expression?: Node }).initializer ??
          (child as unknown as { name?: Node }).name ??
          child;
        if (isIdentifier(host, name)) {
          const symbol = session.symbol(name);
          if (symbol) next = withVar({ ...next, facts: forget(next.facts, symbol) }, symbol, undefined);
        } else if (host.kind(name) === K.PropertyAccessExpression) next = assignMember(walk, name, typed(walk, name), next, at)[0] ?? next;
        return undefined;
      });
      return reachesResponse(value) ? [walk.escape(next, at, 'The response object is taken apart in an assignment.')] : [next];
    }
    default:
      return [state];
  }
}

/** What to remember of a variable. One that an inner function assigns changes when nobody looks: only its declared type is sure. */
export function tracked(walk: Walk, symbol: SymbolView, value: Value, node: Node): Value | undefined {
  if (reachesResponse(value)) return value;
  if (walk.session.isShared(symbol)) return { kind: 'declared', symbol, node };
  return isFollowed(value) ? value : undefined;
}

/** Values worth more than what the compiler says of the variable. */
export function isFollowed(value: Value): boolean {
  switch (value.kind) {
    case 'type':
      return value.or !== undefined && isFollowed(value.or);
    case 'object':
    case 'array':
      return reachesResponse(value);
    case 'union':
      return value.options.some(isFollowed);
    case 'never':
      return false;
    default:
      return true;
  }
}

function assignMember(walk: Walk, target: Node, value: Value, state: State, at: Node): State[] {
  const { expression } = target as PropertyAccessExpression;
  return walk.evaluate(expression, state).flatMap((base) => {
    // What was learned of other objects stays true when the response is assigned to.
    const next: State = base.value.kind === 'res' ? base.state : { ...base.state, facts: forgetVolatile(base.state.facts) };
    if (base.value.kind === 'res') {
      const isElement = walk.host.kind(target) === K.ElementAccessExpression;
      const key = isElement
        ? memberKey(walk, target as unknown as ElementAccessExpression, next)
        : (target as PropertyAccessExpression).name.text;
      return walk.setMember(key, value, next, at);
    }
    if (reachesResponse(value))
      return [walk.escape(next, at, 'The response object is kept in a property, so others may change the answer.')];
    return [degrade(walk, unwrap(walk.host, expression), next)];
  });
}

function memberKey(walk: Walk, target: ElementAccessExpression, state: State): string | undefined {
  const [outcome] = walk.evaluate(target.argumentExpression, state);
  return outcome?.value.kind === 'constant' ? String(outcome.value.value) : undefined;
}

/** A literal that was passed in and is changed now is no constant any more. */
function degrade(walk: Walk, base: Node, state: State): State {
  if (!isIdentifier(walk.host, base)) return state;
  const symbol = walk.session.symbol(base);
  const value = symbol && state.vars.get(symbol);
  if (!symbol || !value || (value.kind !== 'object' && value.kind !== 'array') || reachesResponse(value)) return state;
  return withVar(state, symbol, { kind: 'declared', symbol, node: base });
}
