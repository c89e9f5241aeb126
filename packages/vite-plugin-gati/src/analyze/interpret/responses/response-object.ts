import type { Node } from 'typescript-7/unstable/ast';
import type { TypeView } from '../../compiler/compiler.ts';
import { builtinOf } from '../../types/builtins.ts';
import { withHeader } from './response-headers.ts';
import { asDeclared, saysNothing } from './declared-type.ts';
import type { Facts } from '../state/facts.ts';
import { unwrap } from '../../compiler/syntax.ts';
import { membersOf } from '../../types/type-shapes.ts';
import type { Body, State, Status } from '../state/state.ts';
import { constant, SENT, UNDEFINED, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';
import { reportIssues } from '../report-issues.ts';

/** A union of more numbers is treated as any number. */
const MAX_STATUSES = 24;

/** Follows `res.status = …` and `res.body = …`. `key` is `undefined` if it is computed. */
export function assignResponse(
  walk: InterpreterApi,
  key: string | undefined,
  value: Value,
  state: State,
  at: Node,
): State[] {
  if (key === 'status')
    return assignableStatuses(walk, value, at).map((status) => ({ ...state, status }));
  if (key === 'body') return [{ ...state, body: bodyOf(walk, value, at, state.facts) }];
  return [
    walk.escape(
      state,
      at,
      key === undefined
        ? 'A property of the response object is assigned by a computed name.'
        : `\`res.${key}\` can't be assigned.`,
    ),
  ];
}

/** Returns each status that a value can be, or one unknown status if it can be any number. */
export function assignableStatuses(walk: InterpreterApi, value: Value, at: Node): Status[] {
  const found = statusesOf(walk, value);
  if (!found || found.length === 0) return [{ unknown: at }];
  const isValid = (status: number): boolean =>
    Number.isInteger(status) && status >= 200 && status <= 599;
  return [...new Set(found)].map((known) =>
    isValid(known) ? { known, set: true } : { unknown: at, invalid: known },
  );
}

/** Returns the numbers that a value can be; `undefined` if it can be others. */
export function statusesOf(walk: InterpreterApi, value: Value): number[] | undefined {
  switch (value.kind) {
    case 'constant':
      return typeof value.value === 'number' ? [value.value] : undefined;
    case 'union': {
      const parts = value.options.map((option) => statusesOf(walk, option));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'type': {
      const own = numbersOf(walk, walk.snapshot.type(value.node));
      return own ?? (value.passed ? statusesOf(walk, value.passed) : undefined);
    }
    case 'declared':
      return numbersOf(walk, walk.compiler.typesOf([value.symbol])[0]!);
    case 'written':
      return numbersOf(walk, value.type);
    default:
      return undefined;
  }
}

function numbersOf(walk: InterpreterApi, type: TypeView): number[] | undefined {
  const members = type.tag === 'union' ? walk.compiler.members(type) : [type];
  if (members.length > MAX_STATUSES) return undefined;
  const numbers = members.map((member) =>
    member.tag === 'literal' && typeof member.value === 'number' ? member.value : undefined,
  );
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** Returns the body that a value is sent as; `undefined` for no body. */
export function bodyOf(
  walk: InterpreterApi,
  value: Value,
  at: Node,
  facts: Facts,
): Body | undefined {
  const stream = streamBodyOf(walk, value, at);
  if (stream) return stream;
  const { schema, absent, optional } = walk.schemaOf(value, facts);
  // JSON has no form for a file, so it is sent as bytes.
  if (schema['x-gati-codec'] === 'file')
    return {
      schema: { type: 'string', format: 'binary' },
      contentType: 'application/octet-stream',
      node: at,
    };
  const emptyList = value.kind === 'array' && value.elements.length === 0 && !value.like;
  return absent
    ? undefined
    : {
        schema,
        contentType: 'application/json',
        ...(optional ? { optional } : {}),
        ...(emptyList ? { emptyList } : {}),
        node: at,
      };
}

/**
 * Returns the body of an async iterable (server-sent events) or a readable stream (bytes);
 * `undefined` for another value.
 */
export function streamBodyOf(walk: InterpreterApi, value: Value, at: Node): Body | undefined {
  if (value.kind !== 'type' && value.kind !== 'written') return undefined;
  const type = walk.snapshot.promised(
    value.kind === 'written' ? value.type : walk.snapshot.type(value.node),
  );
  const members =
    (value.kind === 'written' ? value.members : undefined) ?? membersOf(walk.compiler, type);
  const [first] = members;
  if (!first || first.tag !== 'object' || members.length > 1) return undefined;
  const builtin = builtinOf(walk.compiler.symbol(first));
  if (builtin?.kind === 'readable')
    return {
      schema: { type: 'string', format: 'binary' },
      contentType: 'application/octet-stream',
      node: at,
    };
  if (builtin?.kind === 'asyncIterable') {
    const [item] = walk.compiler.typeArguments(first);
    return eventBody(walk, item, value, at);
  }
  return undefined;
}

function eventBody(
  walk: InterpreterApi,
  item: TypeView | undefined,
  { frame }: Extract<Value, { kind: 'type' | 'written' }>,
  at: Node,
): Body {
  const written = item
    ? walk.snapshot.responses.write(item, { bindings: frame.bindings })
    : { schema: {}, issues: [] };
  reportIssues(walk, written.issues, at);
  return { schema: written.schema, contentType: 'text/event-stream', stream: true, node: at };
}

/** `res.json<T>(value)`: the body is declared. */
function withTypeArgument(
  walk: InterpreterApi,
  value: Value,
  written: Node | undefined,
  { facts }: State,
): Value {
  if (!written) return value;
  const type = walk.snapshot.promised(walk.snapshot.type(written));
  return saysNothing(walk.snapshot, type)
    ? value
    : asDeclared(walk, value, { type, node: written }, { facts, frame: walk.frame });
}

/** Follows `res.json()`, `res.text()`, `res.redirect()`, `res.stream()` and `res.cookie()`. */
export function callResponseMethod(
  walk: InterpreterApi,
  name: string,
  values: Value[],
  nodes: readonly Node[],
  state: State,
  at: Node,
): Outcome[] {
  const written = (at as unknown as { typeArguments?: readonly Node[] }).typeArguments?.[0];
  const value = withTypeArgument(walk, values[0] ?? UNDEFINED, written, state);
  const place = nodes[0] ? unwrap(walk.compiler, nodes[0]) : at;
  switch (name) {
    case 'json':
      return [{ state: { ...state, body: bodyOf(walk, value, place, state.facts) }, value: SENT }];
    case 'text': {
      const { schema } = walk.schemaOf(
        value.kind === 'constant' && typeof value.value !== 'string'
          ? constant(String(value.value))
          : value,
      );
      return [
        {
          state: { ...state, body: { schema, contentType: 'text/plain', node: place } },
          value: SENT,
        },
      ];
    }
    case 'redirect': {
      const statuses: Status[] = values[1]
        ? assignableStatuses(walk, values[1], at)
        : [{ known: 302, set: true }];
      return statuses.map((status) => ({
        state: {
          ...withHeader(state, 'location', { type: 'string', format: 'uri-reference' }),
          status,
          body: undefined,
          redirected: true,
        },
        value: SENT,
      }));
    }
    case 'stream':
      return [
        {
          state: {
            ...state,
            body: streamBodyOf(walk, value, place) ?? {
              schema: { type: 'string', format: 'binary' },
              contentType: 'application/octet-stream',
              node: place,
            },
          },
          value: SENT,
        },
      ];
    case 'cookie':
      return [{ state: withHeader(state, 'set-cookie'), value: UNDEFINED }];
    default:
      return [
        {
          state: walk.escape(state, at, `The analysis does not know \`res.${name}()\`.`),
          value: UNDEFINED,
        },
      ];
  }
}
