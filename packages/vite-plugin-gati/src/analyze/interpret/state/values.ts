import type { Schema } from '@gati/contract';
import type {
  ArrowFunction,
  Block,
  Expression,
  FunctionDeclaration,
  FunctionExpression,
  MethodDeclaration,
  Node,
} from 'typescript-7/unstable/ast';
import type { SymbolView } from '../../compiler/compiler.ts';
import type { Fact } from './facts.ts';
import type { Bindings } from '../../types/schema-writer.ts';

export type FunctionNode = (
  | ArrowFunction
  | FunctionDeclaration
  | FunctionExpression
  | MethodDeclaration
) & {
  readonly body?: Block | Expression;
};
export type Literal = string | number | boolean | bigint | null | undefined;

/** What the walk knows of a value. Everything that it does not follow is described by its type. */
export type Value =
  /** As the compiler types it at this place. `or` is what was passed for a parameter, where the parameter's own type says less. */
  | { kind: 'type'; node: Node; frame: Frame; without?: 'nullish' | 'falsy'; or?: Value }
  /** As its variable was declared, whatever was assigned since. */
  | { kind: 'declared'; symbol: SymbolView; node: Node }
  /** `widen`: written as a plain literal, so a number or a boolean says only its type. */
  | { kind: 'constant'; value: Literal; widen: boolean }
  | { kind: 'res' }
  /** `next` of a middleware: walks what comes after it. */
  | { kind: 'next'; run: (state: State) => { state: State; value: Value }[] }
  /** What `next()` gave; it is in the state, as it differs by path. */
  | { kind: 'nextResult' }
  | { kind: 'method'; name: string }
  | { kind: 'headers' }
  | { kind: 'arguments'; values: Value[] }
  | { kind: 'function'; node: FunctionNode; frame: Frame }
  | { kind: 'object'; node: Node; entries: Entry[]; frame: Frame }
  /** `like`: what an empty literal stands in for, as in `list ?? []`; its items are the items of that. */
  | { kind: 'array'; node: Node; elements: Value[]; frame: Frame; like?: Value[] }
  | { kind: 'union'; options: Value[] }
  /** What `res.json()` and its like return. */
  | { kind: 'sent' }
  | { kind: 'error'; error: KnownHttpError }
  /** An error that no contract speaks of. */
  | { kind: 'otherError' }
  | { kind: 'never' };

export type Entry = { name: string; value: Value; node: Node } | { spread: Value; node: Node };

/** An `HttpError` as far as it is known. */
export interface KnownHttpError {
  /** Undefined: not known. */
  status: number | undefined;
  code: Schema;
  /** Properties beside `type`, `title`, `status` and `code`; one schema an alternative. */
  details: Schema | undefined;
  node: Node;
}

/** One call of a function while it is walked. */
export interface Frame {
  depth: number;
  /** Functions that are being walked, the outermost first. */
  stack: readonly Node[];
  /** What `arguments` holds. */
  passed: readonly Value[];
  bindings: Bindings;
}

/** What is known of the answer at one point of one path. Never changed in place. */
export interface State {
  status: Status;
  body: Body | undefined;
  /** By `res.redirect()`: nothing that is returned counts any more. */
  redirected?: boolean;
  /** Set through `res.headers`. */
  contentType?: string;
  /** Somebody has the response object who is not followed: from here on nothing is sure. */
  escaped?: { node: Node; why: string };
  /** What `next()` gave to this middleware. */
  nextResult?: Value;
  vars: ReadonlyMap<SymbolView, Value>;
  facts: ReadonlyMap<string, Fact>;
}

/** `invalid`: a number that no handler can answer with. */
export type Status = { known: number; set: boolean } | { unknown: Node; invalid?: number };

export interface Body {
  /** Undefined: the body is not known. */
  schema: Schema | undefined;
  contentType: string;
  stream?: boolean;
  /** It can be `undefined`, and then there is none. */
  optional?: boolean;
  node: Node;
  /** An empty array literal: it says that there is a list, and nothing of its items. */
  emptyList?: boolean;
}

export const UNDEFINED: Value = { kind: 'constant', value: undefined, widen: false };
export const SENT: Value = { kind: 'sent' };
export const RES: Value = { kind: 'res' };

/** Whether somebody who has the value can change the answer. */
export function reachesResponse(value: Value): boolean {
  switch (value.kind) {
    case 'res':
    case 'next':
    case 'method':
    case 'headers':
      return true;
    case 'arguments':
      return value.values.some(reachesResponse);
    case 'object':
      return value.entries.some((entry) =>
        reachesResponse('spread' in entry ? entry.spread : entry.value),
      );
    case 'array':
      return value.elements.some(reachesResponse);
    case 'union':
      return value.options.some(reachesResponse);
    default:
      return false;
  }
}

export function constant(value: Literal, widen = true): Value {
  return { kind: 'constant', value, widen };
}

export function unionOf(values: readonly Value[]): Value {
  const flat = values.flatMap((value) => (value.kind === 'union' ? value.options : [value]));
  const seen = new Map<string, Value>();
  for (const value of flat) seen.set(valueKey(value), value);
  const options = [...seen.values()].filter(({ kind }) => kind !== 'never');
  return options.length === 1
    ? options[0]!
    : options.length === 0
      ? { kind: 'never' }
      : { kind: 'union', options };
}

const ids = new WeakMap<object, number>();
let last = 0;

/** A number for an object, the same as long as it lives. */
export function idOf(object: object): number {
  let id = ids.get(object);
  if (!id) ids.set(object, (id = ++last));
  return id;
}

/** Equal for values that can't be told apart. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case 'type':
      return `t${idOf(value.node)}.${idOf(value.frame.bindings)}${value.without ?? ''}${value.or ? `(${valueKey(value.or)})` : ''}`;
    case 'declared':
      return `d${idOf(value.symbol)}`;
    case 'constant':
      return `c${typeof value.value}:${String(value.value)}${value.widen ? 'w' : ''}`;
    case 'method':
      return `m${value.name}`;
    case 'function':
      return `f${idOf(value.node)}.${idOf(value.frame.bindings)}`;
    case 'object':
      return `o${idOf(value.node)}[${value.entries.map((entry) => ('spread' in entry ? `...${valueKey(entry.spread)}` : valueKey(entry.value))).join()}]`;
    case 'array':
      return `a${idOf(value.node)}[${value.elements.map(valueKey).join()}]${value.like ? `~${value.like.map(valueKey).join()}` : ''}`;
    case 'arguments':
      return `A[${value.values.map(valueKey).join()}]`;
    case 'union':
      return `u(${value.options.map(valueKey).join()})`;
    case 'error':
      return `e${httpErrorKey(value.error)}`;
    default:
      return value.kind;
  }
}

export function httpErrorKey(error: KnownHttpError): string {
  return JSON.stringify([error.status, error.code, error.details]);
}
