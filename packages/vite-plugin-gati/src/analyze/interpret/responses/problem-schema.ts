import { canonicalSchema, refName, type Schema } from '@gati/contract';
import type { InterpreterApi } from '../interpreter-api.ts';
import type { KnownHttpError } from '../state/values.ts';

/**
 * Returns the schema of a problem (RFC 9457): its members, and the details beside them. Each
 * alternative of the details is one schema.
 */
export function problemSchema(
  walk: InterpreterApi,
  { status, code, details }: KnownHttpError,
): Schema {
  const lists = details ? flatten(walk, details) : [undefined];
  const problems = lists.map((extra): Schema => {
    const own: Record<string, Schema> = {
      type: { type: 'string' },
      title: { type: 'string' },
      status: status === undefined ? { type: 'integer' } : { type: 'integer', const: status },
      code,
    };
    const beside = Object.entries(extra?.properties ?? {}).filter(
      ([name]) => !Object.hasOwn(own, name),
    );
    const required = [
      ...Object.keys(own),
      ...beside.map(([name]) => name).filter((name) => extra?.required?.includes(name)),
    ];
    return { type: 'object', properties: { ...own, ...Object.fromEntries(beside) }, required };
  });
  return canonicalSchema({ anyOf: problems });
}

/** Returns the alternatives of a schema, through references. */
function flatten(walk: InterpreterApi, schema: Schema, depth = 0): Schema[] {
  if (depth > 8) return [{}];
  if (schema.$ref !== undefined) {
    const definition = walk.snapshot.responses.definitions.get(refName(schema.$ref));
    return definition ? flatten(walk, definition.schema, depth + 1) : [{}];
  }
  return schema.anyOf
    ? schema.anyOf.flatMap((member) => flatten(walk, member, depth + 1))
    : [schema];
}
