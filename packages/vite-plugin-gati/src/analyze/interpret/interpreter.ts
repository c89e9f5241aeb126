import {
  type Block,
  type Expression,
  type Node,
  type ParameterDeclaration,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { Compiler, TypeView } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import {
  asDeclared,
  declaredBody,
  declaredResult,
  saysNothing,
} from './responses/declared-type.ts';
import { assignResponse, bodyOf } from './responses/response-object.ts';
import { bindName } from './expressions/bind.ts';
import { evaluateCall } from './calls/calls.ts';
import { evaluateNew } from './calls/new.ts';
import { testCondition } from './expressions/conditions.ts';
import { assignTo } from './expressions/assign.ts';
import { evaluateExpression } from './expressions/expressions.ts';
import { unify } from './calls/type-arguments.ts';
import type { Facts } from './state/facts.ts';
import { type Written, writeValue } from './responses/value-schema.ts';
import { executeAll } from './statements/statements.ts';
import type { State } from './state/state.ts';
import { recordThrow } from './responses/http-errors.ts';
import {
  type Declaration,
  type Frame,
  type FunctionNode,
  UNDEFINED,
  type Value,
} from './state/values.ts';
import type { Flow, InterpreterApi, Outcome, Report, Thrown } from './interpreter-api.ts';

/** Limit of followed statements times states, after which the interpreter gives up. */
const FUEL = 60_000;
const TOP: Frame = { depth: 0, stack: [], passed: [], bindings: new Map() };

/**
 * Interprets one handler: follows each path through its code, and tracks the response on each path.
 * README.md explains how.
 */
export class Interpreter implements InterpreterApi {
  readonly compiler: Compiler;
  readonly snapshot: ProgramSnapshot;
  frame: Frame = TOP;
  throws: Thrown[] = [];
  guarded = false;
  fuel = FUEL;
  readonly report: Report;

  constructor(snapshot: ProgramSnapshot, report: Report) {
    this.snapshot = snapshot;
    this.compiler = snapshot.compiler;
    this.report = report;
  }

  evaluate(node: Node, state: State): Outcome[] {
    return evaluateExpression(this, node, state);
  }

  test(node: Node, state: State): { yes: State[]; no: State[] } {
    return testCondition(this, node, state);
  }

  execute(statements: readonly Node[], states: State[]): Flow {
    return executeAll(this, statements, states);
  }

  call(node: Node, state: State): Outcome[] {
    return evaluateCall(this, node as Parameters<typeof evaluateCall>[1], state);
  }

  construct(node: Node, state: State): Outcome[] {
    return evaluateNew(this, node, state);
  }

  bind(name: Node, value: Value, state: State): State {
    return bindName(this, name, value, state);
  }

  assign(target: Node, value: Value, state: State, at: Node): State[] {
    return assignTo(this, target, value, state, at);
  }

  assignResponse(key: string | undefined, value: Value, state: State, at: Node): State[] {
    return assignResponse(this, key, value, state, at);
  }

  recordThrow(value: Value, state: State, node: Node): void {
    recordThrow(this, value, state, node);
  }

  callMayThrow(state: State): void {
    if (this.guarded) this.throws.push({ state, error: undefined });
  }

  schemaOf(value: Value, facts?: Facts, isNested?: boolean): Written {
    return writeValue(this, value, facts, isNested);
  }

  escape(state: State, node: Node, why: string): State {
    return { ...state, escaped: state.escaped ?? { node, why } };
  }

  enter(
    fn: FunctionNode,
    values: Value[] | undefined,
    state: State,
    { at, frame, result }: { at: Node; frame: Frame; result?: Declaration | undefined },
  ): Outcome[] {
    this.snapshot.prepare([fn]);
    const outer = this.frame;
    const { body } = fn;
    if (!body) return [{ state, value: UNDEFINED }];
    const facts = state.facts;
    let inner = state;
    for (const [index, parameter] of fn.parameters.entries())
      inner = this.#bindParameter(fn, parameter, index, values, inner);
    const passed = this.compiler.kind(fn) === K.ArrowFunction ? outer.passed : (values ?? []);
    this.frame = {
      depth: outer.depth + 1,
      stack: [...outer.stack, fn],
      passed,
      bindings: this.#bindings(fn, at, frame),
    };
    let outcomes = this.#run(body, inner);
    for (const declared of [declaredResult(this.snapshot, fn), result])
      if (declared) outcomes = outcomes.map((each) => this.#declare(each, declared));
    this.frame = outer;
    return outcomes.map(({ state: end, value, facts: known = end.facts }) => {
      // The next call has new variables, so facts about the function's variables do not hold.
      const kept = new Map(
        [...end.facts].filter(
          ([key, fact]) =>
            facts.has(key) ||
            !fact.symbols.some(
              (symbol) => !state.vars.has(symbol) && isWithin(symbol.declarations[0]?.node(), fn),
            ),
        ),
      );
      const closes =
        value.kind === 'function' || value.kind === 'object' || value.kind === 'arguments';
      const vars = closes
        ? end.vars
        : new Map(
            [...end.vars].filter(
              ([symbol]) => state.vars.has(symbol) || !isWithin(symbol.declarations[0]?.node(), fn),
            ),
          );
      return { state: { ...end, facts: kept, vars }, value, facts: known };
    });
  }

  #run(body: Block | Expression, state: State): Outcome[] {
    if (this.compiler.kind(body) !== K.Block) return this.evaluate(body, state);
    const flow = this.execute((body as Block).statements, [state]);
    const outcomes = [
      ...flow.returns.map(({ state: end, value, facts }) => ({
        state: end,
        value,
        ...(facts ? { facts } : {}),
      })),
      ...flow.normal.map((end) => ({ state: end, value: UNDEFINED })),
    ];
    return outcomes.length > 0 ? outcomes : [{ state, value: { kind: 'never' } }];
  }

  /** Describes a returned value by the declared result of its function. */
  #declare({ state, value, facts }: Outcome, declared: Declaration): Outcome {
    const known = facts ? { facts } : {};
    if (value.kind !== 'sent')
      return {
        state,
        value: asDeclared(this, value, declared, {
          facts: facts ?? state.facts,
          frame: this.frame,
        }),
        ...known,
      };
    const { body } = state;
    const sent = body && !body.stream && declaredBody(this, declared, body.node, this.frame);
    return {
      state: sent ? { ...state, body: bodyOf(this, sent, body.node, state.facts) } : state,
      value,
      ...known,
    };
  }

  #bindParameter(
    fn: FunctionNode,
    parameter: ParameterDeclaration,
    index: number,
    values: Value[] | undefined,
    state: State,
  ): State {
    const { name, dotDotDotToken, initializer } = parameter;
    if (!values)
      return bindName(this, name, { kind: 'type', node: name, frame: this.frame }, state);
    if (dotDotDotToken)
      return bindName(this, name, { kind: 'arguments', values: values.slice(index) }, state, true);
    const passed = values[index];
    const missing = !passed || (passed.kind === 'constant' && passed.value === undefined);
    const value =
      missing && initializer
        ? (this.evaluate(initializer, state)[0]?.value ?? UNDEFINED)
        : this.#asParameter(fn, parameter, passed ?? UNDEFINED, state);
    // A default value replaces `undefined`, so the type of the parameter is more exact than that of
    // the argument.
    const keep = !(initializer && passed && passed.kind === 'type');
    return bindName(this, name, value, state, keep);
  }

  /** Describes a literal by the written type of the parameter that it is passed to. */
  #asParameter(
    fn: FunctionNode,
    { type: node }: ParameterDeclaration,
    value: Value,
    { facts }: State,
  ): Value {
    const isLiteral = value.kind === 'object' || value.kind === 'array';
    if (!node || !isLiteral || (fn.typeParameters?.length ?? 0) > 0) return value;
    const type = this.snapshot.type(node);
    return saysNothing(this.snapshot, type)
      ? value
      : asDeclared(this, value, { type, node }, { facts, frame: this.frame });
  }

  /** Returns the schemas of the type parameters of a generic function in this call. */
  #bindings(fn: FunctionNode, at: Node, frame: Frame): Frame['bindings'] {
    const outer = frame.bindings.size > 0 ? frame.bindings : this.frame.bindings;
    if (
      !fn.typeParameters ||
      fn.typeParameters.length === 0 ||
      this.compiler.kind(at) !== K.CallExpression
    )
      return outer;
    const { declared, filled } = this.compiler.callParameters(at);
    const bindings = new Map(outer);
    const bind = (parameter: TypeView, type: TypeView): void => {
      if (!bindings.has(parameter))
        bindings.set(
          parameter,
          () => this.snapshot.responses.write(type, { bindings: outer }).schema,
        );
    };
    for (const [index, type] of declared.entries())
      if (filled[index]) unify(this.compiler, type, filled[index], bind);
    return bindings;
  }
}

function isWithin(node: Node | undefined, outer: Node): boolean {
  return (
    node !== undefined &&
    node.pos >= outer.pos &&
    node.end <= outer.end &&
    node.getSourceFile() === outer.getSourceFile()
  );
}
