import {
  type AsExpression,
  type Node,
  SyntaxKind as K,
  type VariableDeclaration,
} from 'typescript-7/unstable/ast';
import type { TypeView } from '../../compiler/compiler.ts';
import type { ProgramSnapshot } from '../../program-snapshot.ts';
import { membersOf } from '../../types/type-shapes.ts';
import type { InterpreterApi } from '../interpreter-api.ts';
import { narrowMembers } from '../state/narrow.ts';
import type { Facts } from '../state/facts.ts';
import { type Declaration, type Frame, reachesResponse, type Value } from '../state/values.ts';

/**
 * Returns the declared result of a function: its return type, or the return type in the type of its
 * variable or assertion. `undefined` if no type is written, or if the type leaves the result open.
 */
export function declaredResult(snapshot: ProgramSnapshot, fn: Node): Declaration | undefined {
  const own = isFunction(snapshot, fn) ? (fn as unknown as { type?: Node }).type : undefined;
  if (own) {
    const type = snapshot.promised(snapshot.type(own));
    if (!saysNothing(snapshot, type)) return { type, node: own };
  }
  const outer = typeNodeAround(snapshot, fn);
  const result = outer && resultOf(snapshot, snapshot.type(outer));
  return result && { type: result, node: outer! };
}

/**
 * Returns what a function of this type resolves to; `undefined` if that type leaves the value open.
 */
export function resultOf(snapshot: ProgramSnapshot, type: TypeView): TypeView | undefined {
  const [returned] = snapshot.compiler.returns(type);
  const result = returned && snapshot.promised(returned);
  return result && !saysNothing(snapshot, result) ? result : undefined;
}

/** The type of `const name: Type = expression` or `expression as Type`. */
function typeNodeAround({ compiler }: ProgramSnapshot, expression: Node): Node | undefined {
  let inner = expression;
  let outer = expression.parent as Node | undefined;
  while (
    outer &&
    (compiler.kind(outer) === K.ParenthesizedExpression ||
      compiler.kind(outer) === K.SatisfiesExpression)
  ) {
    inner = outer;
    outer = outer.parent as Node | undefined;
  }
  if (!outer) return undefined;
  const kind = compiler.kind(outer);
  if (kind === K.AsExpression || kind === K.TypeAssertionExpression)
    return (outer as AsExpression).type;
  if (kind !== K.VariableDeclaration && kind !== K.PropertyDeclaration) return undefined;
  const { initializer, type } = outer as VariableDeclaration;
  return initializer === inner ? type : undefined;
}

function isFunction({ compiler }: ProgramSnapshot, node: Node): boolean {
  const kind = compiler.kind(node);
  return (
    kind === K.ArrowFunction ||
    kind === K.FunctionExpression ||
    kind === K.FunctionDeclaration ||
    kind === K.MethodDeclaration
  );
}

/** Whether a declared type leaves the value open, so that the value itself says more. */
export function saysNothing({ compiler }: ProgramSnapshot, type: TypeView): boolean {
  return membersOf(compiler, type).every((member) => {
    switch (member.tag) {
      case 'any':
      case 'unknown':
      case 'void':
      case 'undefined':
      case 'never':
      case 'parameter':
      case 'deferred':
      case 'nonPrimitive':
        return true;
      default:
        return false;
    }
  });
}

/**
 * Returns a value as the declared type describes it. A union keeps only the members that the value
 * can be, so that each path keeps its own body. Values that are followed for their effects stay:
 * functions, errors, the response object.
 */
export function asDeclared(
  walk: InterpreterApi,
  value: Value,
  { type, node }: Declaration,
  { facts, frame }: { facts: Facts; frame: Frame },
): Value {
  switch (value.kind) {
    case 'union':
      return {
        kind: 'union',
        options: value.options.map((option) =>
          asDeclared(walk, option, { type, node }, { facts, frame }),
        ),
      };
    case 'function': {
      const result = resultOf(walk.snapshot, type);
      return result ? { ...value, result: { type: result, node } } : value;
    }
    case 'constant':
      if (typeof value.value !== 'string' && typeof value.value !== 'bigint') return value;
      break;
    case 'object':
    case 'array':
      if (reachesResponse(value)) return value;
      break;
    case 'type':
    case 'declared':
    case 'written':
      break;
    default:
      return value;
  }
  const source = sourceMembers(walk, value, facts);
  if (source?.some((member) => isSentType(walk, member))) return value;
  const members = membersOf(walk.compiler, type)
    .map((member) => walk.snapshot.promised(member))
    .filter((member) => !isSentType(walk, member));
  if (members.length === 0) return value;
  const kept = source ? possibleMembers(walk, members, source) : members;
  return {
    kind: 'written',
    type,
    members: kept.length === membersOf(walk.compiler, type).length ? undefined : kept,
    node: value.kind === 'constant' ? node : value.node,
    ...(value.kind === 'object' || value.kind === 'array' ? { passed: value } : {}),
    frame,
  };
}

/** Returns the body type in `Sent<T>` of a declared type; `undefined` if there is none. */
export function declaredBody(
  walk: InterpreterApi,
  { type, node }: Declaration,
  body: Node,
  frame: Frame,
): Value | undefined {
  const types = membersOf(walk.compiler, type)
    .filter((member) => isSentType(walk, member))
    .flatMap((member) => walk.compiler.typeArguments(member).slice(0, 1))
    .filter((member) => !saysNothing(walk.snapshot, member));
  const source = membersOf(walk.compiler, walk.snapshot.type(body));
  const [first, ...more] = possibleMembers(walk, types, source);
  if (!first || more.length > 0) return undefined;
  return asDeclared(
    walk,
    { kind: 'type', node: body, frame },
    { type: first, node },
    { facts: new Map(), frame },
  );
}

/** Whether a type is that of `res.json()` and the other methods that send. */
export function isSentType(walk: InterpreterApi, type: TypeView): boolean {
  return (
    type.tag === 'object' &&
    ['Sent', '__GatiSent', 'Response'].includes(walk.compiler.symbol(type)?.name ?? '')
  );
}

/** The members of the type of a value; `undefined` if that is unknown. */
function sourceMembers(
  walk: InterpreterApi,
  value: Value,
  facts: Facts,
): readonly TypeView[] | undefined {
  const { compiler, snapshot } = walk;
  if (value.kind === 'written') return value.members ?? membersOf(compiler, value.type);
  if (value.kind === 'declared')
    return membersOf(compiler, snapshot.promised(compiler.typesOf([value.symbol])[0]!));
  if (value.kind === 'object' || value.kind === 'array')
    return membersOf(compiler, snapshot.type(value.node));
  if (value.kind !== 'type') return undefined;
  const members = membersOf(compiler, snapshot.promised(snapshot.type(value.node)));
  if (members.some(({ tag }) => tag === 'any' || tag === 'unknown')) return undefined;
  return narrowMembers(walk, value.node, members, facts).filter(
    ({ tag }) => !value.without || (tag !== 'undefined' && tag !== 'null'),
  );
}

/** Returns the members that a value of the source type can be; all of them if none fits. */
function possibleMembers(
  walk: InterpreterApi,
  members: readonly TypeView[],
  source: readonly TypeView[],
): readonly TypeView[] {
  if (members.length < 2) return members;
  const kept = members.filter((member) =>
    source.some((each) => each === member || walk.compiler.isAssignable(each, member)),
  );
  return kept.length > 0 ? kept : members;
}
