import type { Schema } from '@gati/contract';
import type { TypeView } from '../compiler/compiler.ts';
import type { SchemaContext } from './schema-context.ts';
import { isLost, isUndefined, membersOf } from './type-shapes.ts';
import { primitiveSchema } from './primitive-schema.ts';

/** In an array, JSON writes `undefined`, functions and symbols as `null`. */
export function elementSchema(context: SchemaContext, type: TypeView): Schema {
  const { compiler } = context;
  const members = membersOf(compiler, type);
  const kept = members.filter((member) => !isUndefined(member) && !isLost(compiler, member));
  if (kept.length === members.length) return context.schemaOf(type);
  return { anyOf: [...kept.map((member) => context.schemaOf(member)), { type: 'null' }] };
}

/** `propertyNames` of an object with keys of this type; empty for any string. */
export function keySchema(context: SchemaContext, key: TypeView | undefined): Schema {
  if (!key) return {};
  const members = membersOf(context.compiler, key);
  if (members.every(({ tag }) => tag === 'literal'))
    return { propertyNames: { enum: members.map(({ value }) => String(value)) } };
  if (key.tag === 'template') return { propertyNames: primitiveSchema(context, key) };
  return {};
}
