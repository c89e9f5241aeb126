import { renameRefs, type Schema } from '@gati/contract';
import type { RouteFile } from '../../../scan/types.ts';
import type { LoadSchema } from '../../analyzer.ts';
import type { SchemaWriter } from '../../types/schema-writer.ts';
import { type ConvertedSchema, fromJsonSchema } from './json-schema.ts';
import type { RouteValues, Trust } from '../../../compile/trust.ts';
import { standardProps, toJsonSchema, type SchemaSide } from './schema-libraries.ts';
import { trustOf } from './trust-of.ts';

export interface LoadedSchema extends ConvertedSchema {
  /** The schema accepts `undefined`. */
  optional: boolean;
}

export interface LoadedSchemas {
  /** By the name of the export: `body`, `query` … */
  parts: ReadonlyMap<string, LoadedSchema>;
  /** Parts whose value is a Standard Schema, which validates requests. Absent: there are none. */
  values?: RouteValues;
  /** `export const responses`, by status; `undefined` if it has no schema. */
  responses?: ReadonlyMap<string, LoadedSchema>;
}

const PARTS = ['params', 'query', 'headers', 'body', 'receive', 'send'];

/**
 * Loads the schema values of a handler. It leaves out values that can't be loaded or have no JSON
 * Schema: their types are read instead.
 */
export async function loadSchemas(
  route: RouteFile,
  load: LoadSchema | undefined,
  root: string,
): Promise<LoadedSchemas> {
  const parts = new Map<string, LoadedSchema>();
  const loaded: LoadedSchemas = { parts };
  if (!load) return loaded;
  const deciding: string[] = [];
  const trust: Record<string, Trust> = {};
  for (const part of PARTS) {
    if (!route.exports.values.includes(part)) continue;
    const value = await attempt(() => load(route.file, part));
    // A module that can't be loaded here may still export a schema where the app runs.
    if (value !== undefined && standardProps(value) === undefined) continue;
    deciding.push(part);
    const schema = await attempt(async () =>
      readSchema(value, part === 'send' ? 'output' : 'input', root),
    );
    if (!schema) continue;
    parts.set(part, schema);
    const trusted = trustOf(value);
    if (trusted) trust[part] = trusted;
  }
  const responses: string[] = [];
  if (route.exports.values.includes('responses')) {
    const value = await attempt(async () => load(route.file, 'responses'));
    const entries: [string, LoadedSchema][] = [];
    for (const [status, each] of Object.entries(
      typeof value === 'object' && value !== null ? value : {},
    )) {
      if (standardProps(each)) responses.push(status);
      const schema = await attempt(async () => readSchema(each, 'output', root));
      if (schema) entries.push([status, schema]);
    }
    if (entries.length > 0) loaded.responses = new Map(entries);
  }
  if (deciding.length + responses.length > 0)
    loaded.values = { parts: deciding, trust, ...(responses.length > 0 && { responses }) };
  return loaded;
}

async function readSchema(
  value: unknown,
  side: SchemaSide,
  root: string,
): Promise<LoadedSchema | undefined> {
  const json = await toJsonSchema(value, side, root);
  if (json === undefined) return undefined;
  const result = await attempt(async () => standardProps(value)?.validate(undefined));
  const optional =
    typeof result === 'object' && result !== null && !('issues' in result && result.issues);
  return { ...fromJsonSchema(json), optional };
}

/** Runs the app's code. An error in it must not stop the analysis. */
async function attempt<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch {
    return undefined;
  }
}

/**
 * Adds the definitions of a loaded schema to those of the writer, and returns the schema with
 * references to them.
 * @param owner makes the keys of the definitions unique
 */
export function withSharedDefinitions(
  writer: SchemaWriter,
  { schema, definitions }: LoadedSchema,
  owner: string,
): Schema {
  const key = (name: string): string => `${writer.direction}:${owner}:${name}`;
  const rename = (part: Schema): Schema => renameRefs(part, key);
  for (const [name, definition] of definitions) {
    const own =
      /^(__schema\d*|#|intersection\d+|cyclic.*)$/.test(name) || !/^[A-Za-z_$][\w$]*$/.test(name);
    writer.definitions.set(key(name), {
      name: own ? 'Recursive' : name,
      schema: rename(definition),
      issues: [],
    });
  }
  return rename(schema);
}
