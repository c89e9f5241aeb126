import {
  type ArrayLiteralExpression,
  type Expression,
  type Node,
  type ObjectLiteralExpression,
  type PropertyAssignment,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import { valueByType } from './parts.ts';
import { mergeTwo, type State, stateKey } from '../state/state.ts';
import { propertyName } from '../../compiler/syntax.ts';
import {
  type Entry,
  type FunctionNode,
  reachesResponse,
  unionOf,
  type Value,
} from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

/** Merges paths that differ in their value only: the merged path has any of the values. */
function mergeByState(outcomes: Outcome[]): Outcome[] {
  if (outcomes.length < 2) return outcomes;
  const groups = new Map<string, { state: State; values: Value[] }>();
  for (const { state, value } of outcomes) {
    const key = stateKey(state);
    const known = groups.get(key);
    if (known) {
      known.state = mergeTwo(known.state, state);
      known.values.push(value);
    } else groups.set(key, { state, values: [value] });
  }
  return [...groups.values()].map(({ state, values }) => ({ state, value: unionOf(values) }));
}

/** Evaluates an object literal. One with accessors or computed names is described by its type. */
export function evaluateObject(
  walk: InterpreterApi,
  node: ObjectLiteralExpression,
  state: State,
): Outcome[] {
  let partial: { state: State; entries: Entry[] }[] = [{ state, entries: [] }];
  let isPlain = true;
  for (const property of node.properties) {
    const kind = walk.compiler.kind(property);
    const step = (expression: Node, entry: (value: Value) => Entry): void => {
      partial = partial.flatMap((each) =>
        mergeByState(walk.evaluate(expression, each.state)).map((outcome) => ({
          state: outcome.state,
          entries: [...each.entries, entry(outcome.value)],
        })),
      );
    };
    if (kind === K.PropertyAssignment) {
      const { name, initializer } = property as PropertyAssignment;
      const key = propertyName(walk.compiler, name);
      if (key === undefined) isPlain = false;
      step(initializer, (value) => ({ name: key ?? '', value, node: property }));
    } else if (kind === K.ShorthandPropertyAssignment) {
      const { name } = property as unknown as { name: Expression & { text: string } };
      partial = partial.map((each) => ({
        ...each,
        entries: [
          ...each.entries,
          { name: name.text, value: readShorthand(walk, name, each.state), node: property },
        ],
      }));
    } else if (kind === K.SpreadAssignment) {
      step((property as unknown as { expression: Expression }).expression, (spread) => ({
        spread,
        node: property,
      }));
    } else if (kind === K.MethodDeclaration) {
      const key = propertyName(walk.compiler, (property as unknown as { name: Node }).name) ?? '';
      partial = partial.map((each) => ({
        ...each,
        entries: [
          ...each.entries,
          {
            name: key,
            value: {
              kind: 'function',
              node: property as unknown as FunctionNode,
              frame: walk.frame,
            },
            node: property,
          },
        ],
      }));
    } else isPlain = false;
  }
  return partial.map((each) => {
    const value: Value = { kind: 'object', node, entries: each.entries, frame: walk.frame };
    return {
      state: each.state,
      value: isPlain || reachesResponse(value) ? value : valueByType(walk, node),
    };
  });
}

/**
 * `{ name }` reads a variable. The compiler resolves it only if the interpreter follows a variable
 * of that name.
 */
function readShorthand(walk: InterpreterApi, name: Node & { text: string }, state: State): Value {
  if (![...state.vars.keys()].some((symbol) => symbol.name === name.text))
    return valueByType(walk, name);
  const symbol = walk.compiler.shorthandValue(name.parent);
  const value = symbol && state.vars.get(symbol);
  if (!value) return valueByType(walk, name);
  return value.kind === 'type'
    ? { kind: 'type', node: name, frame: walk.frame, passed: value }
    : value;
}

/** Evaluates an array literal. One with a spread is described by its type. */
export function evaluateArray(
  walk: InterpreterApi,
  node: ArrayLiteralExpression,
  state: State,
): Outcome[] {
  let partial: { state: State; elements: Value[] }[] = [{ state, elements: [] }];
  let isPlain = true;
  for (const element of node.elements) {
    const kind = walk.compiler.kind(element);
    if (kind === K.OmittedExpression) continue;
    const spread = kind === K.SpreadElement;
    if (spread) isPlain = false;
    const expression = spread
      ? (element as unknown as { expression: Expression }).expression
      : element;
    partial = partial.flatMap((each) =>
      mergeByState(walk.evaluate(expression, each.state)).map((outcome) => ({
        state: outcome.state,
        elements: [...each.elements, outcome.value],
      })),
    );
  }
  return partial.map((each) => {
    const value: Value = { kind: 'array', node, elements: each.elements, frame: walk.frame };
    return {
      state: each.state,
      value: isPlain || reachesResponse(value) ? value : valueByType(walk, node),
    };
  });
}
