import type { Schema } from '@gati/contract';
import type { Compiler, TypeView } from '../compiler/compiler.ts';
import { builtinSchema, tupleSchema } from './builtin-schema.ts';
import { builtinBaseOf, builtinOf, BYTES, isOfPlatform } from './builtins.ts';
import { membersSchema } from './members-schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { isLost, isUndefined } from './type-shapes.ts';

const PRIMITIVES = new Set([
  'string',
  'number',
  'boolean',
  'bigint',
  'literal',
  'template',
  'stringMapping',
]);

/** The schema of a union, an intersection or an object type, written out. */
export function structureSchema(context: SchemaContext, type: TypeView): Schema {
  if (type.tag === 'union') return unionSchema(context, type);
  if (type.tag === 'intersection') return intersectionSchema(context, type);
  return objectSchema(context, type);
}

function unionSchema(context: SchemaContext, type: TypeView): Schema {
  const { compiler } = context;
  const kept = compiler
    .members(type)
    .filter((member) => !isUndefined(member) && !isLost(compiler, member));
  return context.unionOf(type, kept);
}

/** `string & { __brand: 'Id' }` is a string in JSON. Other intersections are one object. */
function intersectionSchema(context: SchemaContext, type: TypeView): Schema {
  const members = context.compiler.members(type);
  const primitive = members.find(({ tag }) => PRIMITIVES.has(tag));
  if (primitive) return context.schemaOf(primitive);
  const special = members.find((member) => isBuiltinOrTuple(context.compiler, member));
  if (special) return context.schemaOf(special);
  if (members.some(({ tag }) => tag === 'parameter' || tag === 'deferred'))
    return { allOf: members.map((member) => context.schemaOf(member)) };
  return membersSchema(context, type);
}

function objectSchema(context: SchemaContext, type: TypeView): Schema {
  const { compiler } = context;
  const tuple = compiler.tuple(type);
  if (tuple) return tupleSchema(context, type, tuple.elements);
  const builtin = builtinOf(compiler.symbol(type));
  if (builtin) return builtinSchema(context, type, builtin);
  const base = builtinBaseOf(compiler, type);
  const isBytes = base?.builtin.kind === 'schema' && base.builtin.schema === BYTES;
  if (context.direction === 'response' && !isBytes) {
    const toJson = compiler
      .properties(type)
      .find(({ name, symbol }) => name === 'toJSON' && !isOfPlatform(symbol));
    const [result] = toJson ? compiler.returns(toJson.type) : [];
    if (result) return context.schemaOf(result);
  }
  if (!base) return membersSchema(context, type);
  if (base.builtin.kind !== 'lost') return builtinSchema(context, base.type, base.builtin);
  context.report(
    'GATI_TYPE_NOT_JSON',
    `JSON has only the own fields of ${compiler.text(type)}, and nothing of ${compiler.text(base.type)}.`,
    'Send its content as a plain object, or give the class a `toJSON`.',
  );
  return membersSchema(context, type, isOfPlatform);
}

/** Arrays, tuples and classes of the platform: they are never definitions. */
export function isBuiltinOrTuple(compiler: Compiler, type: TypeView): boolean {
  return (
    type.tag === 'object' &&
    (builtinOf(compiler.symbol(type)) !== undefined || compiler.tuple(type) !== undefined)
  );
}
