import type { Schema } from '@gati/contract';
import type { TypeView } from '../compiler/compiler.ts';
import { BIGINT } from './builtins.ts';
import type { SchemaContext } from './schema-context.ts';
import { templateSchema } from './template-pattern.ts';
import { literalSchema } from './type-shapes.ts';

const NEVER: Schema = { not: {} };

/** The schema of a type without members. */
export function primitiveSchema(context: SchemaContext, type: TypeView): Schema {
  switch (type.tag) {
    case 'string':
    case 'stringMapping':
      return { type: 'string' };
    case 'number':
      return { type: 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'bigint':
      return BIGINT;
    case 'null':
      return { type: 'null' };
    case 'literal':
      return literalSchema(type.value!);
    case 'template':
      return templateSchema(type.texts ?? [], context.compiler.members(type));
    case 'never':
    case 'undefined':
    case 'void':
    case 'symbol':
      return NEVER;
    case 'nonPrimitive':
      return { type: 'object' };
    case 'any':
      return anySchema(context, type);
    case 'parameter':
    case 'deferred':
      return genericSchema(context, type);
    default:
      return {};
  }
}

function anySchema(context: SchemaContext, type: TypeView): Schema {
  if (type.unresolved) {
    context.report(
      'GATI_TYPE_UNRESOLVED',
      'A type could not be resolved, so anything is accepted in its place.',
      'Run `gati check`, install what is missing or correct the import.',
    );
  } else if (context.direction === 'response') {
    context.report(
      'GATI_TYPE_ANY',
      'The body contains `any`, so the contract says nothing about it.',
      'Give the value a type.',
    );
  }
  return {};
}

/**
 * Returns the schema of the constraint of a type parameter, if the constraint restricts its values.
 */
function genericSchema(context: SchemaContext, type: TypeView): Schema {
  const constraint = context.compiler.constraint(type);
  if (
    constraint &&
    constraint !== type &&
    constraint.tag !== 'parameter' &&
    constraint.tag !== 'deferred' &&
    constraint.tag !== 'unknown'
  )
    return context.schemaOf(constraint);
  context.report(
    'GATI_TYPE_GENERIC',
    `The type ${context.compiler.text(type)} is not known here.`,
    'Call the generic function with explicit type arguments, or give its result a type.',
  );
  return {};
}
