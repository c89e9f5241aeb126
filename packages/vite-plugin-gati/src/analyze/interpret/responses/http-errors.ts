import type { Schema } from '@gati/contract';
import {
  type CallExpression,
  type ConstructorDeclaration,
  type Node,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { SymbolView, TypeView } from '../../compiler/compiler.ts';
import {
  baseClassSymbol,
  classDeclaration,
  isHttpError,
  isHttpErrorClass,
} from './http-error-class.ts';
import { errorHeaders } from './response-headers.ts';
import { statusesOf } from './response-object.ts';
import { bindName } from '../expressions/bind.ts';
import { NO_HEADERS } from '../state/headers.ts';
import type { State } from '../state/state.ts';
import { unwrap } from '../../compiler/syntax.ts';
import { type KnownHttpError, UNDEFINED, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

const ANY_CODE: Schema = { type: 'string' };

/**
 * Records `throw value`. An `HttpError` is a response of the contract. For any other error the
 * framework sends 500, which no contract lists.
 */
export function recordThrow(walk: InterpreterApi, value: Value, state: State, node: Node): void {
  switch (value.kind) {
    case 'error':
      walk.throws.push({ state, error: value.error });
      return;
    case 'union':
      for (const option of value.options) recordThrow(walk, option, state, node);
      return;
    case 'type':
      for (const error of httpErrorsOfType(walk, walk.snapshot.type(value.node), node))
        walk.throws.push({ state, error });
      return;
    case 'written':
      for (const error of httpErrorsOfType(walk, value.type, node))
        walk.throws.push({ state, error });
      return;
    case 'declared':
      for (const error of httpErrorsOfType(walk, walk.compiler.typesOf([value.symbol])[0]!, node))
        walk.throws.push({ state, error });
      return;
    default:
      walk.throws.push({ state, error: undefined });
  }
}

function httpErrorsOfType(
  walk: InterpreterApi,
  type: TypeView,
  node: Node,
): (KnownHttpError | undefined)[] {
  if (type.tag === 'union')
    return walk.compiler.members(type).flatMap((member) => httpErrorsOfType(walk, member, node));
  if (type.tag === 'any' && !type.unresolved)
    return [{ status: undefined, code: ANY_CODE, details: undefined, headers: NO_HEADERS, node }];
  if (type.tag !== 'object') return [undefined];
  const symbol = walk.compiler.symbol(type);
  if (!symbol || !isHttpErrorClass(walk, symbol)) return [undefined];
  const status = walk.compiler.property(type, 'status');
  const statuses = status
    ? status.tag === 'union'
      ? walk.compiler.members(status)
      : [status]
    : [];
  const numbers = statuses.map((each) =>
    each.tag === 'literal' && typeof each.value === 'number' ? each.value : undefined,
  );
  const code = walk.compiler.property(type, 'code');
  const details = walk.compiler.property(type, 'details');
  const failure = (known: number | undefined): KnownHttpError => ({
    status: known,
    code:
      code?.tag === 'literal' || code?.tag === 'union'
        ? walk.snapshot.responses.write(code).schema
        : ANY_CODE,
    details: detailsSchema(walk, details),
    headers: NO_HEADERS,
    node,
  });
  return numbers.length > 0 ? numbers.map(failure) : [failure(undefined)];
}

function detailsSchema(walk: InterpreterApi, details: TypeView | undefined): Schema | undefined {
  const members = details
    ? details.tag === 'union'
      ? walk.compiler.members(details)
      : [details]
    : [];
  const objects = members.filter(({ tag }) => tag === 'object' || tag === 'intersection');
  return objects.length > 0
    ? {
        anyOf: objects.map(
          (member) => walk.snapshot.responses.write(member, { inline: true }).schema,
        ),
      }
    : undefined;
}

/**
 * Follows `new X()` of `HttpError` or a subclass: through its constructor to the arguments of
 * `HttpError`. Returns `undefined` for another class.
 */
export function evaluateNewHttpError(
  walk: InterpreterApi,
  node: Node,
  values: Value[],
  state: State,
): Outcome[] | undefined {
  const callee = unwrap(walk.compiler, (node as unknown as { expression: Node }).expression);
  if (
    walk.compiler.kind(callee) !== K.Identifier &&
    walk.compiler.kind(callee) !== K.PropertyAccessExpression
  )
    return undefined;
  const symbol = walk.snapshot.symbol(
    walk.compiler.kind(callee) === K.Identifier
      ? callee
      : (callee as unknown as { name: Node }).name,
  );
  if (!symbol || !isHttpErrorClass(walk, walk.compiler.target(symbol), symbol)) return undefined;
  return httpErrorsOfClass(walk, symbol, values, state, node, 0);
}

function httpErrorsOfClass(
  walk: InterpreterApi,
  symbol: SymbolView,
  values: Value[],
  state: State,
  node: Node,
  depth: number,
): Outcome[] {
  if (isHttpError(walk, symbol) || depth > 6)
    return httpErrorsOfArguments(walk, values, state, node);
  const declaration = classDeclaration(walk, symbol);
  const parent = declaration && baseClassSymbol(walk, declaration);
  if (!declaration || !parent) return httpErrorsOfArguments(walk, [], state, node);
  const constructor = declaration.members.find(
    (member) => walk.compiler.kind(member) === K.Constructor,
  ) as ConstructorDeclaration | undefined;
  if (!constructor?.body) return httpErrorsOfClass(walk, parent, values, state, node, depth + 1);
  walk.snapshot.prepare([constructor]);
  const call = findSuper(walk, constructor.body);
  if (!call) return httpErrorsOfArguments(walk, [], state, node);
  let inner = state;
  for (const [index, parameter] of constructor.parameters.entries()) {
    const passed = parameter.dotDotDotToken
      ? ({ kind: 'arguments', values: values.slice(index) } as const)
      : values[index];
    const value =
      passed ??
      (parameter.initializer
        ? (walk.evaluate(parameter.initializer, inner)[0]?.value ?? UNDEFINED)
        : UNDEFINED);
    inner = bindName(walk, parameter.name, value, inner, true);
  }
  let partial: { state: State; values: Value[] }[] = [{ state: inner, values: [] }];
  for (const argument of call.arguments) {
    if (walk.compiler.kind(argument) === K.SpreadElement) {
      partial = partial.flatMap((each) =>
        walk
          .evaluate((argument as unknown as { expression: Node }).expression, each.state)
          .map((outcome) => ({
            state: outcome.state,
            values: [
              ...each.values,
              ...(outcome.value.kind === 'arguments' ? outcome.value.values : []),
            ],
          })),
      );
    } else {
      partial = partial.flatMap((each) =>
        walk
          .evaluate(argument, each.state)
          .map((outcome) => ({ state: outcome.state, values: [...each.values, outcome.value] })),
      );
    }
  }
  return partial
    .flatMap((each) => httpErrorsOfClass(walk, parent, each.values, each.state, node, depth + 1))
    .map((outcome) => ({ ...outcome, state }));
}

function httpErrorsOfArguments(
  walk: InterpreterApi,
  [status, code, details, options]: Value[],
  state: State,
  node: Node,
): Outcome[] {
  const statuses = (status && statusesOf(walk, status)) ?? [undefined];
  const written = code && walk.schemaOf(code);
  const codeSchema =
    written && !written.absent && Object.keys(written.schema).length > 0
      ? written.schema
      : ANY_CODE;
  const extra = details && walk.schemaOf(details);
  const headers = errorHeaders(walk, options);
  return statuses.map((known) => ({
    state,
    value: {
      kind: 'error',
      error: {
        status: known,
        code: codeSchema,
        details: extra && !extra.absent ? extra.schema : undefined,
        headers,
        node,
      },
    },
  }));
}

function findSuper(walk: InterpreterApi, body: Node): CallExpression | undefined {
  let found: CallExpression | undefined;
  const look = (node: Node): void => {
    if (found) return;
    if (
      walk.compiler.kind(node) === K.CallExpression &&
      walk.compiler.kind((node as CallExpression).expression) === K.SuperKeyword
    )
      found = node as CallExpression;
    else node.forEachChild((child) => void look(child));
  };
  look(body);
  return found;
}
