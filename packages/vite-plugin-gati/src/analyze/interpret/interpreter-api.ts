import type { Schema, GatiCode } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { Compiler } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { SourcePlace } from '../types/schema-context.ts';
import type { Facts } from './state/facts.ts';
import type { State } from './state/state.ts';
import type { Declaration, Frame, FunctionNode, KnownHttpError, Value } from './state/values.ts';

/** The value of an expression on one path. */
export interface Outcome {
  state: State;
  value: Value;
  /**
   * The facts at the moment when a function returned the value. The state lacks the facts about the
   * function's own variables.
   */
  facts?: Facts;
}

/** How the paths through statements end. */
export interface Flow {
  normal: State[];
  returns: (Outcome & { node: Node })[];
  breaks: Jump[];
  continues: Jump[];
}

/** A `break` or `continue`. */
export interface Jump {
  state: State;
  label: string | undefined;
}

/** Reports a diagnostic at a node, or at a place in a comment. */
export type Report = (code: GatiCode, message: string, fix: string, at: Node | SourcePlace) => void;

/** A throw. `error` is `undefined` for an error that is not an `HttpError`. */
export interface Thrown {
  state: State;
  error: KnownHttpError | undefined;
}

/**
 * The functions through which the files of the interpreter call each other, so that no file imports
 * another one in a circle.
 */
export interface InterpreterApi {
  readonly compiler: Compiler;
  readonly snapshot: ProgramSnapshot;
  frame: Frame;
  /** The throws of the innermost `try`, or of the whole function. */
  throws: Thrown[];
  /** Inside of a `try` with a `catch`: each call may continue in the `catch`. */
  guarded: boolean;
  /** Work that is left before the interpreter gives up. */
  fuel: number;

  evaluate(node: Node, state: State): Outcome[];
  /** Splits a state by a condition. */
  test(node: Node, state: State): { yes: State[]; no: State[] };
  execute(statements: readonly Node[], states: State[]): Flow;
  call(node: Node, state: State): Outcome[];
  construct(node: Node, state: State): Outcome[];
  /** Follows a function with these arguments. `undefined`: any arguments of its types. */
  enter(
    fn: FunctionNode,
    values: Value[] | undefined,
    state: State,
    options: { at: Node; frame: Frame; result?: Declaration | undefined },
  ): Outcome[];
  /** Declares a name or a pattern. */
  bind(name: Node, value: Value, state: State): State;
  assign(target: Node, value: Value, state: State, at: Node): State[];
  /** Follows `res.key = value`. `key` is `undefined` if it is computed. */
  assignResponse(key: string | undefined, value: Value, state: State, at: Node): State[];
  /** Records `throw value`. */
  recordThrow(value: Value, state: State, node: Node): void;
  /** Records that a call here may throw an error that is not an `HttpError`. */
  callMayThrow(state: State): void;
  /** `isNested`: the value is inside of the body, where a promise is `{}`. */
  schemaOf(
    value: Value,
    facts?: Facts,
    isNested?: boolean,
  ): { schema: Schema; absent: boolean; optional: boolean };
  readonly report: Report;
  /** Gives up on the response of a path. `why` is one sentence for the warning. */
  escape(state: State, node: Node, why: string): State;
}
