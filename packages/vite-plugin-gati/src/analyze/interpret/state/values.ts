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
import type { SymbolView, TypeView } from '../../compiler/compiler.ts';
import type { Fact } from './facts.ts';
import type { SetHeaders } from './headers.ts';
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

/**
 * A value, as far as the interpreter follows it. Other values are described by their type.
 */
export type Value =
  /**
   * The type that the compiler has for `node`. `passed`: the argument, where the type of the
   * parameter says less. `without`: members of the type that this path excludes.
   */
  | { kind: 'type'; node: Node; frame: Frame; without?: 'nullish' | 'falsy'; passed?: Value }
  /** The declared type of a variable: its assignments are not followed. */
  | { kind: 'declared'; symbol: SymbolView; node: Node }
  /**
   * `widen`: a plain literal; if it is a number or a boolean, the schema has its type and not its
   * value. `typed`: the value of a variable with a written type; the schema has the type of a
   * string too.
   */
  | { kind: 'constant'; value: Literal; widen: boolean; typed?: true }
  /** The response object. */
  | { kind: 'res' }
  /** `next` of a middleware: follows the middleware and the handler after it. */
  | { kind: 'next'; run: (state: State) => { state: State; value: Value }[] }
  /** The result of `next()`. It differs by path, so the state has it. */
  | { kind: 'nextResult' }
  /** A method of the response object. */
  | { kind: 'method'; name: string }
  /** `res.headers` */
  | { kind: 'headers' }
  /** `arguments`, or a rest parameter. */
  | { kind: 'arguments'; values: Value[] }
  /** `result`: the type of its result in a declaration around the function. */
  | { kind: 'function'; node: FunctionNode; frame: Frame; result?: Declaration }
  /**
   * A value whose type is written: a return type, `res.json<T>()`. `members`: those of a union that
   * the value can be; `undefined` for all. `passed`: the literal, whose members are followed.
   */
  | {
      kind: 'written';
      type: TypeView;
      members: readonly TypeView[] | undefined;
      without?: 'nullish' | 'falsy';
      passed?: Value;
      node: Node;
      frame: Frame;
    }
  | { kind: 'object'; node: Node; entries: Entry[]; frame: Frame }
  /** `like`: for an empty literal, the other side of a choice: `list` in `list ?? []`. */
  | { kind: 'array'; node: Node; elements: Value[]; frame: Frame; like?: Value[] }
  | { kind: 'union'; options: Value[] }
  /** The result of `res.json()` and the other methods that send. */
  | { kind: 'sent' }
  /** An `HttpError`. */
  | { kind: 'error'; error: KnownHttpError }
  /** A caught error that is not a known `HttpError`. */
  | { kind: 'otherError' }
  /** The expression never has a value: it throws. */
  | { kind: 'never' };

export type Entry = { name: string; value: Value; node: Node } | { spread: Value; node: Node };

/** A type that the source declares, and its place. */
export interface Declaration {
  type: TypeView;
  node: Node;
}

/** An `HttpError`, as far as it is known. */
export interface KnownHttpError {
  /** `undefined` if unknown. */
  status: number | undefined;
  code: Schema;
  /** Members of the problem besides `type`, `title`, `status` and `code`. */
  details: Schema | undefined;
  /** Headers of its response. */
  headers: SetHeaders;
  node: Node;
}

/** One call of a function, while it is followed. */
export interface Frame {
  depth: number;
  /** Functions that are being followed, outermost first. */
  stack: readonly Node[];
  /** The value of `arguments`. */
  passed: readonly Value[];
  /** The schemas of type parameters in this call. */
  bindings: Bindings;
}

/** The response at one point of one path, as far as it is known. Immutable. */
export interface State {
  status: Status;
  body: Body | undefined;
  /** After `res.redirect()`: the returned value no longer counts. */
  redirected?: boolean;
  /** Set through `res.headers`. */
  contentType?: string;
  /** Other headers that are set on this path. */
  headers: SetHeaders;
  /** Code that is not followed has the response object, so the response is unknown. */
  escaped?: { node: Node; why: string };
  /** The result of `next()` in this middleware. */
  nextResult?: Value;
  /** Variables whose values say more than their types. */
  vars: ReadonlyMap<SymbolView, Value>;
  /** Results of the tests on this path. */
  facts: ReadonlyMap<string, Fact>;
}

/** `set`: the handler assigned it. `invalid`: a number that is not an allowed status. */
export type Status = { known: number; set: boolean } | { unknown: Node; invalid?: number };

export interface Body {
  /** `undefined` if the body is unknown. */
  schema: Schema | undefined;
  contentType: string;
  stream?: boolean;
  /** The value can be `undefined`, which means that there is no body. */
  optional?: boolean;
  node: Node;
  /** The value is an empty array literal, which does not show the type of its items. */
  emptyList?: boolean;
}

export const UNDEFINED: Value = { kind: 'constant', value: undefined, widen: false };
export const SENT: Value = { kind: 'sent' };
export const RES: Value = { kind: 'res' };

/** Whether code that has the value can change the response. */
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

/** Any one of the values. `never` values do not count. */
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

/** Returns a number that identifies an object. */
export function idOf(object: object): number {
  let id = ids.get(object);
  if (!id) {
    id = ++last;
    ids.set(object, id);
  }
  return id;
}

/** Returns a key that is equal for values that the interpreter can't distinguish. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case 'type':
      return `t${idOf(value.node)}.${idOf(value.frame.bindings)}${value.without ?? ''}${value.passed ? `(${valueKey(value.passed)})` : ''}`;
    case 'declared':
      return `d${idOf(value.symbol)}`;
    case 'constant':
      return `c${typeof value.value}:${String(value.value)}${value.widen ? 'w' : ''}${value.typed ? 't' : ''}`;
    case 'method':
      return `m${value.name}`;
    case 'function':
      return `f${idOf(value.node)}.${idOf(value.frame.bindings)}${value.result ? `:${idOf(value.result.type)}` : ''}`;
    case 'written':
      return `w${idOf(value.type)}${value.without ?? ''}.${idOf(value.frame.bindings)}[${value.members?.map(idOf).join() ?? ''}]${value.passed ? `(${valueKey(value.passed)})` : ''}`;
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
  return JSON.stringify([error.status, error.code, error.details, [...error.headers]]);
}
