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
  if (context.direction === 'response' && members.some((member) => isLost(compiler, member)))
    context.report(
      'GATI_TYPE_NOT_JSON',
      'A function or a symbol in a list is `null` in JSON.',
      'Leave it out of the list.',
    );
  return { anyOf: [context.unionOf(type, kept), { type: 'null' }] };
}

/** In an object with any keys, JSON leaves out `undefined`, functions and symbols. */
export function fieldSchema(context: SchemaContext, type: TypeView): Schema {
  const { compiler } = context;
  const members = membersOf(compiler, type);
  const kept = members.filter((member) => !isUndefined(member) && !isLost(compiler, member));
  if (members.some((member) => isLost(compiler, member)))
    context.report(
      'GATI_TYPE_NOT_JSON',
      'The object has functions or symbols, which JSON leaves out.',
      'Leave them out of the object.',
    );
  if (kept.length === members.length) return context.schemaOf(type);
  const [only] = kept;
  if (kept.length === 1 && only) return context.schemaOf(only);
  return context.unionOf(type, kept);
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
