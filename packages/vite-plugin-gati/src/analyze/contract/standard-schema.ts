import type { Schema } from '@gati/contract';

/** Imports `exportName` of a file (from the root, with `/`) and gives its value. */
export type LoadSchema = (file: string, exportName: string) => Promise<unknown>;

export interface LoadedSchema {
  schema: Schema;
  optional: boolean;
}

/** Schema values that could be loaded and that speak JSON Schema, by export. */
export type LoadedSchemas = ReadonlyMap<string, LoadedSchema>;
