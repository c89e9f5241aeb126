import { GatiError } from '../diagnostics/gati-error.ts';
import type { Defs, Schema } from './ir.ts';
import { mapSchema, walkSchema } from './walk.ts';

const PREFIX = '#/$defs/';

/** Returns the `$ref` of a name: `#/$defs/Name`. */
export function toRef(name: string): string {
  return PREFIX + name;
}

/** Returns the name that a `$ref` refers to. */
export function refName(ref: string): string {
  return ref.startsWith(PREFIX) ? ref.slice(PREFIX.length) : ref;
}

/**
 * Follows the `$ref` of a schema, through chains of references. Keywords beside a reference, such
 * as a description, override those of the definition.
 *
 * @throws {GatiError} GATI_SCHEMA_REF when a definition is missing or only refers to itself.
 */
export function resolveRef(schema: Schema, defs: Defs): Schema {
  const seen = new Set<string>();
  let current = schema;
  while (current.$ref !== undefined) {
    const { $ref, ...beside } = current;
    const name = refName($ref);
    const target = Object.hasOwn(defs, name) ? defs[name] : undefined;
    if (!target || seen.has(name)) {
      throw new GatiError({
        code: 'GATI_SCHEMA_REF',
        message: target
          ? `The schema "${name}" only refers to itself.`
          : `The schema refers to "${$ref}", which is not in $defs.`,
        fix: 'Run `gati generate` again. If the error stays, report it with the handler that this schema comes from.',
      });
    }
    seen.add(name);
    current = { ...target, ...beside };
  }
  return current;
}

/** Returns the names that a schema refers to directly. */
export function directRefs(schema: Schema): Set<string> {
  const names = new Set<string>();
  walkSchema(schema, ({ $ref }) => {
    if ($ref !== undefined) names.add(refName($ref));
  });
  return names;
}

/**
 * Returns the names of all definitions that the schemas refer to, directly or through other
 * definitions. Names that are not in `defs` are left out.
 */
export function reachable(schemas: Iterable<Schema>, defs: Defs): Set<string> {
  const found = new Set<string>();
  const queue = [...schemas];
  for (let schema = queue.pop(); schema; schema = queue.pop()) {
    for (const name of directRefs(schema)) {
      if (found.has(name) || !Object.hasOwn(defs, name)) continue;
      found.add(name);
      queue.push(defs[name]!);
    }
  }
  return found;
}

/** Returns the definitions that the schemas refer to, sorted by name. */
export function pruneDefs(schemas: Iterable<Schema>, defs: Defs): Defs {
  return Object.fromEntries(
    [...reachable(schemas, defs)].sort().map((name) => [name, defs[name]!]),
  );
}

/** Returns a copy of a schema with each reference renamed. */
export function renameRefs(schema: Schema, rename: (name: string) => string): Schema {
  return mapSchema(schema, (part) =>
    part.$ref === undefined ? part : { ...part, $ref: toRef(rename(refName(part.$ref))) },
  );
}

/**
 * Whether a value of the schema can contain something that is not plain JSON (`Date`, `bigint`,
 * bytes …). Follows references.
 */
export function hasCodec(schema: Schema, defs: Defs): boolean {
  return (
    holdsCodec(schema) || [...reachable([schema], defs)].some((name) => holdsCodec(defs[name]!))
  );
}

function holdsCodec(schema: Schema): boolean {
  let found = false;
  walkSchema(schema, (part) => (found ||= part['x-gati-codec'] !== undefined));
  return found;
}
