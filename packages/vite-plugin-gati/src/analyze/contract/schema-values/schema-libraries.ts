import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BIGINT, BYTES, DATE, FILE } from '../../types/builtins.ts';
import type { JsonSchema } from '@gati/contract';

export type SchemaSide = 'input' | 'output';

interface StandardProps {
  vendor: string;
  validate(value: unknown): unknown;
  jsonSchema?: Record<
    SchemaSide,
    (options: { target: string; libraryOptions?: Record<string, unknown> }) => JsonSchema
  >;
}

/**
 * Returns `~standard` of a Standard Schema, or `undefined` for another value.
 * @see https://standardschema.dev
 */
export function standardProps(value: unknown): StandardProps | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return undefined;
  const props = (value as { '~standard'?: Partial<StandardProps> })['~standard'];
  return props && typeof props.vendor === 'string' && typeof props.validate === 'function'
    ? (props as StandardProps)
    : undefined;
}

/**
 * Returns the JSON Schema that the schema's library makes of it; `undefined` if the library can't.
 */
export async function toJsonSchema(
  value: unknown,
  side: SchemaSide,
  root: string,
): Promise<JsonSchema | undefined> {
  const props = standardProps(value);
  if (!props) return undefined;
  if (props.jsonSchema)
    return props.jsonSchema[side]({
      target: 'draft-2020-12',
      libraryOptions: libraryOptions(props.vendor, side),
    });
  return props.vendor === 'valibot' ? valibotSchema(value, side, root) : undefined;
}

function libraryOptions(vendor: string, side: SchemaSide): Record<string, unknown> {
  if (vendor === 'zod')
    return {
      unrepresentable: 'any',
      override: (context: ZodContext) => overrideZod(context, side),
    };
  if (vendor === 'arktype') return { fallback: arktypeFallback };
  return {};
}

interface ZodContext {
  zodSchema: { _zod: { def: ZodDef } };
  jsonSchema: Record<string, unknown>;
}

interface ZodDef {
  type: string;
  catchall?: { _zod: { def: { type: string } } };
  keyType?: unknown;
  valueType?: unknown;
}

/** Adds the types that zod can't express and contracts can, such as `Date`. */
function overrideZod({ zodSchema, jsonSchema }: ZodContext, side: SchemaSide): void {
  const { def } = zodSchema._zod;
  const nested = (schema: unknown): JsonSchema => {
    const { $schema: _, ...rest } = (standardProps(schema)?.jsonSchema?.[side]({
      target: 'draft-2020-12',
      libraryOptions: libraryOptions('zod', side),
    }) ?? {}) as Record<string, unknown>;
    return rest;
  };
  if (def.type === 'date') Object.assign(jsonSchema, DATE);
  else if (def.type === 'bigint') Object.assign(jsonSchema, BIGINT);
  else if (def.type === 'file') Object.assign(jsonSchema, FILE);
  else if (def.type === 'set')
    Object.assign(jsonSchema, {
      type: 'array',
      items: nested(def.valueType),
      uniqueItems: true,
      'x-gati-codec': 'set',
    });
  else if (def.type === 'map')
    Object.assign(jsonSchema, {
      type: 'object',
      additionalProperties: nested(def.valueType),
      'x-gati-codec': 'map',
    });
  // zod prints a plain object as closed in an output. But a later release may add keys, so the
  // contract stays open.
  else if (
    def.type === 'object' &&
    def.catchall?._zod.def.type !== 'never' &&
    jsonSchema['additionalProperties'] === false
  )
    delete jsonSchema['additionalProperties'];
}

const ARKTYPE_CLASSES: Record<string, object> = {
  File: FILE,
  Blob: FILE,
  Uint8Array: BYTES,
  ArrayBuffer: BYTES,
  Buffer: BYTES,
};

function arktypeFallback({
  code,
  base,
  domain,
  proto,
}: {
  code: string;
  base: object;
  domain?: string;
  proto?: { name?: string };
}): object {
  if (code === 'date') return { ...base, ...DATE };
  if (code === 'domain' && domain === 'bigint') return { ...base, ...BIGINT };
  if (code === 'proto') return { ...base, ...ARKTYPE_CLASSES[proto?.name ?? ''] };
  return base;
}

interface ValibotContext {
  valibotSchema: { type: string };
}

interface ValibotPackage {
  toJsonSchema(schema: unknown, options: object): JsonSchema;
}

/** Uses `@valibot/to-json-schema` of the project. */
async function valibotSchema(
  value: unknown,
  side: SchemaSide,
  root: string,
): Promise<JsonSchema | undefined> {
  const file = findPackage(root, '@valibot/to-json-schema');
  if (!file) return undefined;
  const { toJsonSchema: print } = (await import(pathToFileURL(file).href)) as ValibotPackage;
  return print(value, {
    errorMode: 'ignore',
    typeMode: side,
    overrideSchema: ({ valibotSchema: { type } }: ValibotContext) => {
      if (type === 'date') return DATE;
      if (type === 'bigint') return BIGINT;
      return type === 'file' || type === 'blob' ? FILE : undefined;
    },
  });
}

function findPackage(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const packageFolder = `${folder}/node_modules/${name}`;
    if (existsSync(`${packageFolder}/package.json`)) {
      const { module, main } = JSON.parse(
        readFileSync(`${packageFolder}/package.json`, 'utf8'),
      ) as {
        module?: string;
        main?: string;
      };
      const entry = module ?? main;
      return entry === undefined ? undefined : `${packageFolder}/${entry}`;
    }
    if (dirname(folder) === folder) return undefined;
  }
}
