import {
  type CallExpression,
  type Expression,
  type FunctionDeclaration,
  type Node,
  type PropertyAccessExpression,
  SyntaxKind as K,
  type VariableDeclaration,
} from 'typescript-7/unstable/ast';
import type { ThrowSummary } from '../session.ts';
import { isPlatform } from '../types/builtins.ts';
import { callAnswer } from './answers.ts';
import { typed } from './expressions.ts';
import { forgetVolatile } from './facts.ts';
import { merge, START, type State, withVar } from './state.ts';
import { hasModifier, isFunctionNode, isIdentifier, unwrap, visit } from './syntax.ts';
import { toFailures } from './throws.ts';
import { failureKey, type FunctionNode, reachesResponse, type Value } from './values.ts';
import type { Outcome, Thrown, Walk } from './walk.ts';

const MAX_DEPTH = 12;

/** Methods of the platform that call what they are given at once, any number of times. */
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
const CHAINING = new Set(['then', 'catch', 'finally']);

interface Arguments {
  state: State;
  values: Value[];
}

export function evaluateCall(walk: Walk, node: CallExpression, state: State): Outcome[] {
  const callee = unwrap(walk.host, node.expression);
  if (walk.host.kind(callee) === K.PropertyAccessExpression) {
    const { expression, name } = callee as PropertyAccessExpression;
    return walk.evaluate(expression, state).flatMap((base) => callMethod(walk, node, base, name as Node & { text: string }));
  }
  return walk.evaluate(callee, state).flatMap((outcome) => {
    const { value } = outcome;
    return evaluateArguments(walk, node.arguments, outcome.state).flatMap((args) => {
      if (value.kind === 'next') return callNext(walk, value, args.state);
      if (value.kind === 'method') return callAnswer(walk, value.name, args.values, node.arguments, args.state, node);
      if (value.kind === 'function') return callFunction(walk, node, value.node, args, value.frame);
      const fn = isIdentifier(walk.host, callee) && value.kind === 'type' ? findFunction(walk, callee) : undefined;
      return fn ? callFunction(walk, node, fn, args, walk.frame) : callUnknown(walk, node, args);
    });
  });
}

function callMethod(walk: Walk, node: CallExpression, base: Outcome, name: Node & { text: string }): Outcome[] {
  return evaluateArguments(walk, node.arguments, base.state).flatMap((args): Outcome[] => {
    const { value } = base;
    if (value.kind === 'res') return callAnswer(walk, name.text, args.values, node.arguments, args.state, node);
    if (value.kind === 'headers' && name.text !== 'forEach') return [{ state: setHeader(name.text, args), value: typed(walk, node) }];
    if (value.kind === 'method' && (name.text === 'call' || name.text === 'bind')) {
      if (name.text === 'bind') return [{ state: args.state, value }];
      return callAnswer(walk, value.name, args.values.slice(1), node.arguments.slice(1), args.state, node);
    }
    if (value.kind === 'object') {
      const entry = value.entries.findLast((each) => 'value' in each && each.name === name.text);
      if (entry && 'value' in entry && entry.value.kind === 'function' && !(reachesResponse(value) && usesThis(walk, entry.value.node)))
        return callFunction(walk, node, entry.value.node, args, entry.value.frame);
      if (entry && 'value' in entry && entry.value.kind === 'method')
        return callAnswer(walk, entry.value.name, args.values, node.arguments, args.state, node);
    }
    if (reachesResponse(value)) return callUnknown(walk, node, { state: args.state, values: [value, ...args.values] });
    if (args.values.some((each) => each.kind === 'function')) {
      const known = callWithCallback(walk, node, name, args);
      if (known) return known;
    }
    const fn = findFunction(walk, name);
    return fn ? callFunction(walk, node, fn, args, walk.frame) : callUnknown(walk, node, args);
  });
}

function usesThis(walk: Walk, fn: Node): boolean {
  let found = false;
  visit(fn, (node) => {
    if (walk.host.kind(node) === K.ThisKeyword) found = true;
    return !found;
  });
  return found;
}

function callNext(walk: Walk, next: Extract<Value, { kind: 'next' }>, state: State): Outcome[] {
  walk.mayFail(state);
  return next
    .run(state)
    .map((outcome) => ({ state: { ...afterCall(walk, outcome.state), inner: outcome.value }, value: { kind: 'inner' } }));
}

function setHeader(method: string, { state, values }: Arguments): State {
  const [name, value] = values;
  if ((method !== 'set' && method !== 'append') || name?.kind !== 'constant' || String(name.value).toLowerCase() !== 'content-type')
    return state;
  return value?.kind === 'constant' ? { ...state, contentType: String(value.value).split(';')[0]!.trim().toLowerCase() } : state;
}

export function evaluateArguments(walk: Walk, nodes: readonly Node[], state: State): Arguments[] {
  let partial: Arguments[] = [{ state, values: [] }];
  for (const node of nodes) {
    const spread = walk.host.kind(node) === K.SpreadElement;
    const expression = spread ? (node as unknown as { expression: Expression }).expression : node;
    partial = partial.flatMap((each) =>
      walk.evaluate(expression, each.state).map(({ state: next, value }) => {
        const added =
          spread && (value.kind === 'arguments' || value.kind === 'array')
            ? value.kind === 'arguments'
              ? value.values
              : value.elements
            : [spread ? typed(walk, node) : value];
        return { state: next, values: [...each.values, ...added] };
      }),
    );
  }
  return partial;
}

/** A function of the project whose body can be walked. */
export function findFunction(walk: Walk, name: Node): FunctionNode | undefined {
  const target = walk.session.target(name);
  for (const declaration of target?.declarations ?? []) {
    if (declaration.file.endsWith('.d.ts') || declaration.file.includes('/node_modules/')) continue;
    const node = declaration.node();
    const fn = node && toFunction(walk, node);
    if (fn) return fn;
  }
  return undefined;
}

function toFunction(walk: Walk, node: Node): FunctionNode | undefined {
  const kind = walk.host.kind(node);
  if (kind === K.FunctionDeclaration || kind === K.MethodDeclaration)
    return (node as FunctionDeclaration).body ? (node as FunctionNode) : undefined;
  if (kind === K.VariableDeclaration && !isConstVariable(walk, node)) return undefined;
  const { initializer } = node as VariableDeclaration;
  if ((kind === K.VariableDeclaration || kind === K.PropertyAssignment || kind === K.PropertyDeclaration) && initializer) {
    const inner = unwrap(walk.host, initializer);
    const innerKind = walk.host.kind(inner);
    if (innerKind === K.ArrowFunction || innerKind === K.FunctionExpression) return inner as FunctionNode;
  }
  return undefined;
}

function isConstVariable(walk: Walk, declaration: Node): boolean {
  const list = declaration.parent;
  // 2 is `NodeFlags.Const` in both compilers.
  return list !== undefined && walk.host.kind(list) === K.VariableDeclarationList && (list.flags & 2) !== 0;
}

/** Walked with its arguments where the answer is in its hands; else only what it throws counts. */
function callFunction(walk: Walk, node: CallExpression, fn: FunctionNode, args: Arguments, frame: Walk['frame']): Outcome[] {
  const holds =
    args.values.some(reachesResponse) ||
    args.values.some((value) => value.kind === 'function' && touches(walk, value.node, args.state)) ||
    touches(walk, fn, args.state);
  const recursive = walk.frame.stack.includes(fn) || walk.frame.depth >= MAX_DEPTH;
  if (recursive) {
    for (const error of summarize(walk, fn).errors) walk.sink.push({ state: args.state, error });
    const state = holds ? walk.escape(args.state, node, 'A function that has the response object calls itself.') : args.state;
    return [{ state: afterCall(walk, state), value: typed(walk, node) }];
  }
  if (hasGenerator(fn)) return callUnknown(walk, node, args);
  if (!holds && !wantsValue(walk, node)) return callForThrows(walk, node, fn, args);
  const outcomes = walk.enter(fn, args.values, args.state, { at: node, frame });
  if (holds && hasModifier(walk.host, fn, K.AsyncKeyword) && !isAwaited(walk, node)) {
    return outcomes.map((outcome) => ({
      ...outcome,
      state: walk.escape(outcome.state, node, 'An async function has the response object and nobody waits for it.'),
    }));
  }
  return outcomes.map(({ state, value }) => ({
    state: afterCall(walk, state),
    value: value.kind === 'type' && value.node !== node && !holds ? typed(walk, node) : value,
  }));
}

function hasGenerator(fn: FunctionNode): boolean {
  return 'asteriskToken' in fn && fn.asteriskToken !== undefined;
}

/** `throw makeError()` and `wrap(handler)`: what comes back matters. */
function wantsValue(walk: Walk, node: Node): boolean {
  let parent: Node = node.parent;
  while (walk.host.kind(parent) === K.AwaitExpression || walk.host.kind(parent) === K.ParenthesizedExpression) parent = parent.parent;
  const kind = walk.host.kind(parent);
  return (
    kind === K.ThrowStatement ||
    (kind === K.CallExpression && unwrap(walk.host, (parent as CallExpression).expression) === node) ||
    (walk.frame.depth === 0 && walk.frame.stack.length === 0)
  );
}

function isAwaited(walk: Walk, node: Node): boolean {
  const { parent } = node as { parent: Node };
  const kind = walk.host.kind(parent);
  if (kind === K.ParenthesizedExpression || kind === K.ConditionalExpression || kind === K.BinaryExpression) return isAwaited(walk, parent);
  return kind === K.AwaitExpression || kind === K.ReturnStatement || kind === K.ArrowFunction;
}

function callForThrows(walk: Walk, node: Node, fn: FunctionNode, args: Arguments): Outcome[] {
  const summary = summarize(walk, fn);
  // What is thrown may depend on what is passed.
  if (summary.errors.length > 0 && fn.parameters.length > 0 && args.values.length > 0) {
    const outcomes = walk.enter(fn, args.values, args.state, { at: node, frame: walk.frame });
    return outcomes.map(({ state, value }) => ({
      state: afterCall(walk, state),
      value: value.kind === 'never' ? value : typed(walk, node),
    }));
  }
  for (const error of summary.errors) walk.sink.push({ state: args.state, error });
  for (const value of args.values) if (value.kind === 'function') runForThrows(walk, value, args.state);
  const state = afterCall(walk, args.state);
  return [{ state, value: summary.returns ? typed(walk, node) : { kind: 'never' } }];
}

function afterCall(walk: Walk, state: State): State {
  walk.mayFail(state);
  return { ...state, facts: forgetVolatile(state.facts) };
}

/** What a function throws whatever it is called with. Kept as long as the program stays. */
function summarize(walk: Walk, fn: FunctionNode): ThrowSummary {
  const { summaries } = walk.session;
  const known = summaries.get(fn);
  if (known) return known;
  const cut = walk.session.cuts;
  const { sink, guarded, frame } = walk;
  const thrown: Thrown[] = [];
  walk.sink = thrown;
  walk.guarded = false;
  walk.session.prepare([fn]);
  const outcomes = walk.session.summarizing.has(fn)
    ? undefined
    : withSummary(walk, fn, () => walk.enter(fn, undefined, START, { at: fn, frame: { ...frame, bindings: new Map() } }));
  walk.sink = sink;
  walk.guarded = guarded;
  walk.frame = frame;
  if (!outcomes) {
    walk.session.cuts++;
    return { errors: [], returns: true };
  }
  const errors = new Map(thrown.flatMap(({ error }) => (error ? [[failureKey(error), error] as const] : [])));
  const summary = { errors: [...errors.values()], returns: outcomes.some(({ value }) => value.kind !== 'never') };
  // Found while a caller of it is not done: it lacks what that one throws.
  if (walk.session.cuts === cut || walk.session.summarizing.size === 0) summaries.set(fn, summary);
  return summary;
}

function withSummary(walk: Walk, fn: FunctionNode, run: () => Outcome[]): Outcome[] {
  walk.session.summarizing.add(fn);
  try {
    return run();
  } finally {
    walk.session.summarizing.delete(fn);
  }
}

/** Something that can't be looked into: from a package, or only known by its type. */
function callUnknown(walk: Walk, node: CallExpression, { state, values }: Arguments): Outcome[] {
  let next = state;
  for (const value of values) {
    if (value.kind === 'function') {
      if (touches(walk, value.node, state))
        next = walk.escape(next, node, 'A callback changes the answer, and it is not known when it is called.');
      else runForThrows(walk, value, next);
    }
    if (reachesResponse(value)) next = walk.escape(next, node, 'The response object is given to code that is not followed.');
  }
  next = forgetLiterals(next, values);
  if (values[0]?.kind === 'error' && isRejection(walk, node)) {
    walk.thrown(values[0], next, node);
    return [{ state: next, value: { kind: 'never' } }];
  }
  const type =
    walk.host.kind(node.parent) === K.ExpressionStatement || walk.host.kind(node.parent) === K.ReturnStatement
      ? walk.session.type(node)
      : undefined;
  if (type?.tag === 'never') {
    if (!isPlatformCall(walk, node))
      walk.sink.push({ state: next, error: { status: undefined, code: { type: 'string' }, details: undefined, node } });
    return [{ state: next, value: { kind: 'never' } }];
  }
  return [{ state: afterCall(walk, next), value: typed(walk, node) }];
}

/** `Promise.reject(error)` that somebody waits for. */
function isRejection(walk: Walk, node: CallExpression): boolean {
  const callee = unwrap(walk.host, node.expression);
  return (
    walk.host.kind(callee) === K.PropertyAccessExpression &&
    (callee as PropertyAccessExpression).name.text === 'reject' &&
    isPlatformCall(walk, node) &&
    isAwaited(walk, node)
  );
}

function isPlatformCall(walk: Walk, node: CallExpression): boolean {
  const callee = unwrap(walk.host, node.expression);
  const name = walk.host.kind(callee) === K.PropertyAccessExpression ? (callee as PropertyAccessExpression).name : callee;
  return walk.session.target(name)?.declarations.some(({ file }) => isPlatform(file)) ?? false;
}

/** A literal that somebody else has in hand may be changed by him. */
function forgetLiterals(state: State, values: readonly Value[]): State {
  let next = state;
  for (const [symbol, value] of state.vars) {
    if ((value.kind !== 'object' && value.kind !== 'array') || reachesResponse(value) || !values.includes(value)) continue;
    const node = symbol.declarations[0]?.node();
    if (node) next = withVar(next, symbol, { kind: 'declared', symbol, node });
  }
  return next;
}

function callWithCallback(walk: Walk, node: CallExpression, name: Node & { text: string }, args: Arguments): Outcome[] | undefined {
  if (!REPEATING.has(name.text) && !CHAINING.has(name.text)) return undefined;
  if (!walk.session.target(name)?.declarations.every(({ file }) => isPlatform(file))) return undefined;
  const callbacks = args.values.filter((value) => value.kind === 'function');
  if (!callbacks.some((each) => touches(walk, each.node, args.state))) return undefined;
  if (REPEATING.has(name.text)) {
    if (callbacks.some((each) => hasModifier(walk.host, each.node, K.AsyncKeyword))) return undefined;
    let states = [args.state];
    for (let round = 0; round < 3; round++) {
      const again = states.flatMap((state) =>
        callbacks.flatMap((each) =>
          walk.enter(each.node, undefined, state, { at: node, frame: each.frame }).map((outcome) => outcome.state),
        ),
      );
      const all = merge([...states, ...again]);
      if (all.length === states.length) break;
      states = all;
    }
    return states.map((state) => ({ state: afterCall(walk, state), value: typed(walk, node) }));
  }
  if (!isAwaited(walk, node) && !isChained(walk, node)) return undefined;
  const skipped: Outcome[] = name.text === 'then' && callbacks.length === 1 ? [] : [{ state: args.state, value: typed(walk, node) }];
  return [...skipped, ...callbacks.flatMap((each) => walk.enter(each.node, undefined, args.state, { at: node, frame: each.frame }))].map(
    (outcome) => ({ ...outcome, state: afterCall(walk, outcome.state) }),
  );
}

function isChained(walk: Walk, node: Node): boolean {
  const { parent } = node as { parent: Node };
  return walk.host.kind(parent) === K.PropertyAccessExpression && CHAINING.has((parent as PropertyAccessExpression).name.text);
}

function runForThrows(walk: Walk, value: Extract<Value, { kind: 'function' }>, state: State): void {
  if (walk.frame.stack.includes(value.node) || hasGenerator(value.node)) return;
  walk.enter(value.node, undefined, state, { at: value.node, frame: value.frame });
}

/** Whether a function can change the answer through a variable around it. */
function touches(walk: Walk, fn: Node, state: State): boolean {
  const names = new Set<string>();
  for (const [symbol, value] of state.vars)
    if (reachesResponse(value) || (value.kind === 'function' && value.node !== fn && touchesDirectly(walk, value.node, state)))
      names.add(symbol.name);
  return names.size > 0 && mentions(walk, fn, state, names);
}

function touchesDirectly(walk: Walk, fn: Node, state: State): boolean {
  const names = new Set([...state.vars].filter(([, value]) => reachesResponse(value)).map(([symbol]) => symbol.name));
  return names.size > 0 && mentions(walk, fn, state, names);
}

function mentions(walk: Walk, fn: Node, state: State, names: ReadonlySet<string>): boolean {
  let found = false;
  visit(fn, (node) => {
    if (found) return false;
    if (isIdentifier(walk.host, node) && names.has(node.text)) {
      const symbol =
        walk.host.kind(node.parent) === K.ShorthandPropertyAssignment ? walk.host.shorthandValue(node.parent) : walk.session.symbol(node);
      const value = symbol && state.vars.get(symbol);
      if (value && (reachesResponse(value) || value.kind === 'function')) found = true;
    } else if (isIdentifier(walk.host, node) && walk.host.kind(node.parent) === K.CallExpression && node.parent !== fn) {
      // A declared function around that has the response in its closure.
      const inner = !names.has(node.text) ? findLocalFunction(walk, node, fn) : undefined;
      if (inner && mentions(walk, inner, state, names)) found = true;
    }
    return !found;
  });
  return found;
}

function findLocalFunction(walk: Walk, name: Node, from: Node): FunctionNode | undefined {
  const fn = findFunction(walk, name);
  if (!fn || fn === from || (fn.pos <= from.pos && fn.end >= from.end)) return undefined;
  const isNested = ((): boolean => {
    for (let node = fn.parent as Node | undefined; node; node = node.parent as Node | undefined)
      if (isFunctionNode(walk.host, node)) return true;
    return false;
  })();
  return isNested ? fn : undefined;
}

export function evaluateNew(walk: Walk, node: Node, state: State): Outcome[] {
  const { arguments: list, expression } = node as unknown as { arguments?: readonly Node[]; expression: Node };
  return evaluateArguments(walk, list ?? [], state).flatMap((args) => {
    const failures = toFailures(walk, node, args.values, args.state);
    if (failures) return failures;
    let next = args.state;
    for (const value of args.values) {
      if (reachesResponse(value) || (value.kind === 'function' && touches(walk, value.node, next)))
        next = walk.escape(next, node, 'The response object is given to a class, which is not followed.');
      else if (value.kind === 'function') runForThrows(walk, value, next);
    }
    const builder = isIdentifier(walk.host, unwrap(walk.host, expression))
      ? findConstructor(walk, unwrap(walk.host, expression))
      : undefined;
    if (builder) for (const error of summarize(walk, builder).errors) walk.sink.push({ state: next, error });
    return [{ state: afterCall(walk, next), value: typed(walk, node) }];
  });
}

function findConstructor(walk: Walk, name: Node): FunctionNode | undefined {
  for (const declaration of walk.session.target(name)?.declarations ?? []) {
    if (declaration.file.endsWith('.d.ts') || declaration.file.includes('/node_modules/')) continue;
    const node = declaration.node();
    if (!node || walk.host.kind(node) !== K.ClassDeclaration) continue;
    const found = (node as unknown as { members: readonly Node[] }).members.find((member) => walk.host.kind(member) === K.Constructor);
    if (found && (found as FunctionDeclaration).body) return found as FunctionNode;
  }
  return undefined;
}
