import type { Schema, GatiCode } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { Compiler } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { Facts } from './state/facts.ts';
import type { State } from './state/state.ts';
import type { Frame, FunctionNode, KnownHttpError, Value } from './state/values.ts';

export interface Outcome {
  state: State;
  value: Value;
  /** What was known when a function returned the value; with the function its own variables are gone. */
  facts?: Facts;
}

/** Where statements can go. */
export interface Flow {
  normal: State[];
  returns: (Outcome & { node: Node })[];
  breaks: Jump[];
  continues: Jump[];
}

export interface Jump {
  state: State;
  label: string | undefined;
}

/** What was thrown and the state at that time. */
export interface Thrown {
  state: State;
  error: KnownHttpError | undefined;
}

/** The rooms of the walk reach each other through this, so that none imports another. */
export interface InterpreterApi {
  readonly compiler: Compiler;
  readonly snapshot: ProgramSnapshot;
  frame: Frame;
  /** Where throws of the innermost `try` (or of the whole function) gather. */
  throws: Thrown[];
  /** Inside of a `try` with a handler each call may lead to `catch`. */
  guarded: boolean;
  /** Work that is left before the walk gives up. */
  fuel: number;

  evaluate(node: Node, state: State): Outcome[];
  test(node: Node, state: State): { yes: State[]; no: State[] };
  execute(statements: readonly Node[], states: State[]): Flow;
  call(node: Node, state: State): Outcome[];
  construct(node: Node, state: State): Outcome[];
  /** Walks a function with these arguments; without them with any that its types allow. */
  enter(
    fn: FunctionNode,
    values: Value[] | undefined,
    state: State,
    options: { at: Node; frame: Frame },
  ): Outcome[];
  /** Binds a name or a pattern. */
  bind(name: Node, value: Value, state: State): State;
  assign(target: Node, value: Value, state: State, at: Node): State[];
  /** `res.key = value`; the key is undefined where it is computed. */
  assignResponse(key: string | undefined, value: Value, state: State, at: Node): State[];
  recordThrow(value: Value, state: State, node: Node): void;
  /** Says that a call here may fail with what no contract speaks of. */
  callMayThrow(state: State): void;
  schemaOf(value: Value, facts?: Facts): { schema: Schema; absent: boolean; optional: boolean };
  report(code: GatiCode, message: string, fix: string, node: Node): void;
  escape(state: State, node: Node, why: string): State;
}
