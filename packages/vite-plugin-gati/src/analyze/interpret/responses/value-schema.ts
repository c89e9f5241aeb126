import { canonicalSchema, refName, type Schema } from '@gati/contract';
import { type Node, SyntaxKind as K, type VariableDeclaration } from 'typescript-7/unstable/ast';
import type { TypeView } from '../../compiler/compiler.ts';
import { literalSchema } from '../../types/type-shapes.ts';
import type { Facts } from '../state/facts.ts';
import { isLost, writeObject } from './object-schema.ts';
import { narrowMembers } from '../state/narrow.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import type { Literal, Value } from '../state/values.ts';
import type { InterpreterApi } from '../interpreter-api.ts';
import { reportIssues } from '../report-issues.ts';

const NEVER: Schema = { not: {} };
const NOTHING: Facts = new Map();

export interface Written {
  schema: Schema;
  /** The value is always `undefined`, so there is no content. */
  absent: boolean;
  /** The value can be `undefined`. */
  optional: boolean;
}

/** Returns the schema of a value as JSON. */
export function writeValue(
  walk: InterpreterApi,
  value: Value,
  facts: Facts = NOTHING,
  isNested = false,
): Written {
  const full = (schema: Schema): Written => ({ schema, absent: false, optional: false });
  switch (value.kind) {
    case 'constant':
      return value.value === undefined
        ? { schema: NEVER, absent: true, optional: true }
        : full(value.typed ? { type: 'string' } : constantSchema(value.value, value.widen));
    case 'object':
      return full(
        writeObject(walk, value.entries, facts) ??
          write(walk, walk.snapshot.type(value.node), value.node, undefined),
      );
    case 'array': {
      const like = value.elements.length === 0 ? arraysOf(walk, value.like ?? []) : [];
      if (like.length > 0) return full(canonicalSchema({ anyOf: like }));
      const items = value.elements.map((element) => {
        if (isLost(walk, element)) {
          walk.report(
            'GATI_TYPE_NOT_JSON',
            'A function or a symbol in a list is `null` in JSON.',
            'Leave it out of the list.',
            value.node,
          );
          return { type: 'null' as const };
        }
        const written = writeValue(walk, element, facts, true);
        return written.optional
          ? { anyOf: [written.schema, { type: 'null' as const }] }
          : written.schema;
      });
      return full(
        canonicalSchema({ type: 'array', items: items.length > 0 ? { anyOf: items } : {} }),
      );
    }
    case 'union': {
      const parts = value.options.map((option) => writeValue(walk, option, facts, isNested));
      const schema = canonicalSchema({
        anyOf: parts.filter(({ absent }) => !absent).map((part) => part.schema),
      });
      return {
        schema,
        absent: parts.every(({ absent }) => absent),
        optional: parts.some(({ optional }) => optional),
      };
    }
    case 'declared':
      return writeType(walk, walk.compiler.typesOf([value.symbol])[0]!, value.node, value);
    case 'type':
      return writeTyped(walk, value, facts, isNested);
    case 'written':
      return writeType(walk, value.type, value.node, value);
    case 'never':
      return { schema: NEVER, absent: true, optional: false };
    default:
      return full({});
  }
}

/** Returns the schemas of lists (not tuples) among the alternatives of the values. */
function arraysOf(walk: InterpreterApi, values: readonly Value[]): Schema[] {
  const pick = (schema: Schema, depth = 0): Schema[] => {
    if (schema.anyOf) return schema.anyOf.flatMap((member) => pick(member, depth));
    const target =
      schema.$ref === undefined
        ? schema
        : walk.snapshot.responses.definitions.get(refName(schema.$ref))?.schema;
    if (target?.anyOf && depth < 8)
      return target.anyOf.flatMap((member) => pick(member, depth + 1));
    const isList = target?.type === 'array' && !target.prefixItems && !target['x-gati-codec'];
    // The compiler types an empty literal as `never[]`, which says nothing.
    return isList && !(typeof target.items === 'object' && target.items.not) ? [schema] : [];
  };
  return values.flatMap((value) => pick(writeValue(walk, value).schema));
}

function constantSchema(value: Exclude<Literal, undefined>, widen: boolean): Schema {
  if (value === null) return { type: 'null' };
  if (widen && typeof value === 'number') return { type: 'number' };
  if (widen && typeof value === 'boolean') return { type: 'boolean' };
  return literalSchema(value);
}

function writeTyped(
  walk: InterpreterApi,
  value: Extract<Value, { kind: 'type' }>,
  facts: Facts,
  isNested: boolean,
): Written {
  const type = walk.snapshot.type(value.node);
  const saysNothing =
    type.tag === 'any' ||
    type.tag === 'unknown' ||
    type.tag === 'parameter' ||
    type.tag === 'deferred';
  if (saysNothing && value.passed && value.passed.kind !== 'declared')
    return writeValue(walk, value.passed, facts, isNested);
  if (value.passed && isFixed(value.passed)) return writeValue(walk, value.passed, facts, isNested);
  if (
    type.tag === 'literal' &&
    typeof type.value !== 'string' &&
    isPlainConstant(walk, value.node)
  ) {
    return {
      schema: { type: typeof type.value === 'number' ? 'number' : 'boolean' },
      absent: false,
      optional: false,
    };
  }
  return writeType(walk, type, value.node, value, facts, isNested);
}

/** Whether a value is a literal, which says more than the parameter's type. */
function isFixed(value: Value): boolean {
  return (
    value.kind === 'constant' ||
    value.kind === 'object' ||
    value.kind === 'array' ||
    (value.kind === 'type' && value.passed !== undefined && isFixed(value.passed))
  );
}

function writeType(
  walk: InterpreterApi,
  outer: TypeView,
  node: Node,
  value: Value,
  facts: Facts = NOTHING,
  isNested = false,
): Written {
  const type = isNested ? outer : walk.snapshot.promised(outer);
  const missing = type.tag === 'undefined' || type.tag === 'void' || type.tag === 'never';
  if (missing) return { schema: NEVER, absent: true, optional: type.tag !== 'never' };
  const excluded = value.kind === 'type' || value.kind === 'written' ? value.without : undefined;
  const bindings =
    value.kind === 'type' || value.kind === 'written' ? value.frame.bindings : undefined;
  const members = type.tag === 'union' ? walk.compiler.members(type) : [type];
  const possible =
    value.kind === 'written'
      ? (value.members ?? members)
      : narrowMembers(walk, node, members, facts);
  const kept = possible.filter((member) => !isDropped(member, excluded));
  const optional =
    possible.some(({ tag }) => tag === 'undefined' || tag === 'void') && excluded === undefined;
  const resolved = isNested ? kept : kept.map((member) => walk.snapshot.promised(member));
  if (resolved.length === members.length && resolved.every((each, index) => each === kept[index]))
    return { schema: write(walk, type, node, bindings), absent: false, optional };
  return {
    schema: canonicalSchema({
      anyOf: walk.snapshot.responses.order(
        type,
        resolved.map((member, index) => ({
          type: kept[index]!,
          schema: write(walk, member, node, bindings),
        })),
      ),
    }),
    absent: kept.length === 0,
    optional,
  };
}

function isDropped(type: TypeView, drop: 'nullish' | 'falsy' | undefined): boolean {
  if (type.tag === 'undefined' || type.tag === 'void') return true;
  if (!drop) return false;
  if (type.tag === 'null') return true;
  return drop === 'falsy' && type.tag === 'literal' && !type.value;
}

function write(
  walk: InterpreterApi,
  type: TypeView,
  node: Node,
  bindings: Extract<Value, { kind: 'type' }>['frame']['bindings'] | undefined,
): Schema {
  const { schema, issues } = walk.snapshot.responses.write(type, bindings ? { bindings } : {});
  reportIssues(walk, issues, node);
  return schema;
}

/**
 * Whether a name is a constant such as `const LIMIT = 10`: its value is not part of the contract.
 */
function isPlainConstant(walk: InterpreterApi, node: Node): boolean {
  const inner = unwrap(walk.compiler, node);
  if (!isIdentifier(walk.compiler, inner)) return false;
  const declaration = walk.snapshot.target(inner)?.declarations[0]?.node();
  if (!declaration || walk.compiler.kind(declaration) !== K.VariableDeclaration) return false;
  const { initializer, type } = declaration as VariableDeclaration;
  const kind = initializer && walk.compiler.kind(unwrap(walk.compiler, initializer));
  return (
    !type &&
    (kind === K.NumericLiteral ||
      kind === K.TrueKeyword ||
      kind === K.FalseKeyword ||
      kind === K.PrefixUnaryExpression)
  );
}
