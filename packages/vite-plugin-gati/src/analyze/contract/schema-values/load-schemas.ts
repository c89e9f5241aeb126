import { renameRefs, type Schema } from '@gati/contract';
import type { EffectFile, RouteFile } from '../../../scan/types.ts';
import type { LoadSchema } from '../../analyzer.ts';
import type { SchemaWriter } from '../../types/schema-writer.ts';
import { type ConvertedSchema, fromJsonSchema } from '@gati/contract/internal';
import type { RouteValues, Trust } from '../../../compile/trust.ts';
import { standardProps, toJsonSchema, type SchemaSide } from './schema-libraries.ts';
import { trustOf } from './trust-of.ts';

export interface LoadedSchema extends ConvertedSchema {
  /** The schema accepts `undefined`. */
  optional: boolean;
}

export interface LoadedSchemas {
  /** Keyed by the name of the export: `body`, `query` … */
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
  if (!load) return { parts: new Map() };
  const exported = PARTS.filter((part) => route.exports.values.includes(part));
  const { parts, deciding, trust } = await loadParts(route.file, exported, load, root);
  const loaded: LoadedSchemas = { parts };
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

/** Loads the schema value of an effect's payload. */
export async function loadPayload(
  { file, exportsPayload }: EffectFile,
  load: LoadSchema | undefined,
  root: string,
): Promise<LoadedSchemas> {
  if (!load || !exportsPayload) return { parts: new Map() };
  const { parts, deciding, trust } = await loadParts(file, ['payload'], load, root);
  return { parts, ...(deciding.length > 0 && { values: { parts: deciding, trust } }) };
}

/** Loads exported schema values, by the names of their exports. */
async function loadParts(
  file: string,
  names: readonly string[],
  load: LoadSchema,
  root: string,
): Promise<{
  parts: Map<string, LoadedSchema>;
  deciding: string[];
  trust: Record<string, Trust>;
}> {
  const parts = new Map<string, LoadedSchema>();
  const deciding: string[] = [];
  const trust: Record<string, Trust> = {};
  for (const name of names) {
    const value = await attempt(() => load(file, name));
    // A module that can't be loaded here may still export a schema where the app runs.
    if (value !== undefined && standardProps(value) === undefined) continue;
    deciding.push(name);
    const schema = await attempt(async () =>
      readSchema(value, name === 'send' ? 'output' : 'input', root),
    );
    if (!schema) continue;
    parts.set(name, schema);
    const trusted = trustOf(value);
    if (trusted) trust[name] = trusted;
  }
  return { parts, deciding, trust };
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
