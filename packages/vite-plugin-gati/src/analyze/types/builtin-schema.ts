import type { Schema } from '@gati/contract';
import type { TypeView } from '../compiler/compiler.ts';
import type { Builtin } from './builtins.ts';
import { elementSchema, fieldSchema, keySchema } from './element-schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { stripUndefined } from './type-shapes.ts';

/** The schema of a type that the platform declares: `Date`, `Array`, `Map` … */
export function builtinSchema(context: SchemaContext, type: TypeView, builtin: Builtin): Schema {
  if (builtin.kind === 'schema') return builtin.schema;
  const [first, second] = context.compiler.typeArguments(type);
  const inner = (part: TypeView | undefined): Schema => (part ? elementSchema(context, part) : {});
  switch (builtin.kind) {
    case 'array':
      return { type: 'array', items: inner(first) };
    case 'set':
      return { type: 'array', items: inner(first), uniqueItems: true, 'x-gati-codec': 'set' };
    case 'map':
      return {
        type: 'object',
        ...keySchema(context, first),
        additionalProperties: second ? fieldSchema(context, second) : {},
        'x-gati-codec': 'map',
      };
    case 'promise':
      if (context.direction === 'request') return inner(first);
      context.report(
        'GATI_TYPE_NOT_JSON',
        `${context.compiler.text(type)} is a promise, which is \`{}\` in JSON.`,
        'Await it first; for a list, await `Promise.all(list)`.',
      );
      return { type: 'object' };
    default:
      context.report(
        'GATI_TYPE_NOT_JSON',
        `${context.compiler.text(type)} has no form in JSON.`,
        'Send its content as a plain object, an array or a string.',
      );
      return {};
  }
}

/** @param elements one per type argument of the tuple */
export function tupleSchema(
  context: SchemaContext,
  type: TypeView,
  elements: readonly string[],
): Schema {
  const types = context.compiler.typeArguments(type);
  const rest = elements.indexOf('rest');
  const fixed = rest === -1 ? elements.length : rest;
  const countRequired = (part: readonly string[]): number =>
    part.filter((element) => element === 'required').length;
  const prefixItems = types
    .slice(0, fixed)
    .map((each) => elementSchema(context, stripUndefined(context.compiler, each)));
  const schema: Schema = { type: 'array' };
  if (prefixItems.length > 0) schema.prefixItems = prefixItems;
  const after = rest === -1 ? [] : types.slice(rest).map((each) => elementSchema(context, each));
  schema.items = rest === -1 ? false : after.length === 1 ? after[0]! : { anyOf: after };
  const least = countRequired(elements.slice(0, fixed)) + countRequired(elements.slice(fixed + 1));
  if (least > 0) schema.minItems = least;
  if (rest === -1) schema.maxItems = elements.length;
  return schema;
}
