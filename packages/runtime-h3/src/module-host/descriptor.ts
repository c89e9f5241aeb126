import {
  type Contract,
  type Defs,
  GatiError,
  mergeDefs,
  type MethodContract,
  parseSemver,
  renameRefs,
  type Schema,
} from '@gati/contract';
import {
  any,
  boolean,
  type Check,
  checkDepth,
  mapOf,
  matching,
  Mismatch,
  object,
  oneOf,
  parsedBy,
} from '@gati/contract/data';
import { fromJsonSchema } from '@gati/contract/internal';
import type { ModuleDescriptor } from '../types/foreign.ts';
import { descriptorError } from './errors.ts';

/** Bytes of a descriptor at most. */
export const MAX_DESCRIPTOR = 1_048_576;
/** Methods of one module at most. */
const MAX_METHODS = 1000;

const METHOD_NAME = /^[A-Za-z_][\w-]{0,99}$/;
const jsonSchema: Check = (value, path) => {
  if (typeof value !== 'boolean') object({})(value, path);
};
const descriptor: Check = object({
  name: matching(/^.{1,100}$/, 'a text of at most 100 characters'),
  version: parsedBy(parseSemver, 'a semver version'),
  protocol: oneOf(1),
  methods: mapOf(
    object(
      {},
      {
        input: jsonSchema,
        output: jsonSchema,
        idempotent: boolean,
        stream: boolean,
        operation: any,
      },
    ),
    matching(METHOD_NAME, 'a name of letters, digits, "_" and "-", which starts with a letter'),
  ),
});

/** Names that a proxy, a promise or an object already has. */
const RESERVED = ['then', 'constructor', '__proto__', 'prototype'];

/**
 * Checks a descriptor.
 *
 * @throws {GatiError} GATI_MODULE_DESCRIPTOR when it has another shape or a schema can't be read
 */
export function parseDescriptor(name: string, value: unknown): ModuleDescriptor {
  try {
    checkDepth(value);
    descriptor(value, '');
    const { methods } = value as ModuleDescriptor;
    const names = Object.keys(methods);
    if (names.length > MAX_METHODS)
      throw new Mismatch('methods', `at most ${MAX_METHODS} methods`, names.length);
    const reserved = names.find((each) => RESERVED.includes(each));
    if (reserved !== undefined) throw new Mismatch('methods', 'free of reserved names', reserved);
    toModuleContract(name, value as ModuleDescriptor);
    return value as ModuleDescriptor;
  } catch (error) {
    if (error instanceof GatiError) throw error;
    throw descriptorError(name, error instanceof Error ? `${error.message}.` : String(error));
  }
}

/** A foreign module as a part of a contract. */
export interface ForeignContract {
  methods: MethodContract[];
  $defs: Defs;
}

/** Converts the JSON Schemas of a descriptor to schemas of a contract. */
export function toModuleContract(
  module: string,
  { methods }: Pick<ModuleDescriptor, 'methods'>,
): ForeignContract {
  const maps: Defs[] = [];
  const parts: { name: string; side: 'input' | 'output'; schema: Schema; map: number }[] = [];
  const prefix = toTypeName(module);
  for (const [name, method] of Object.entries(methods))
    for (const side of ['input', 'output'] as const) {
      const source = method[side];
      if (source === undefined) continue;
      const { schema, definitions } = fromJsonSchema(source);
      const names = new Map(
        [...definitions.keys()].map((key) => [
          key,
          key === '#' ? `${prefix}${toTypeName(name)}` : toTypeName(key),
        ]),
      );
      const rename = (each: Schema): Schema => renameDefinitions(each, names);
      maps.push(
        Object.fromEntries([...definitions].map(([key, each]) => [names.get(key)!, rename(each)])),
      );
      parts.push({ name, side, schema: rename(schema), map: maps.length - 1 });
    }
  const { $defs, rewrites } = mergeDefs(maps);
  const schemaOf = (name: string, side: 'input' | 'output'): Schema | undefined => {
    const part = parts.find((each) => each.name === name && each.side === side);
    return part && rewrites[part.map]!(part.schema);
  };
  const contracts = Object.entries(methods).map(([name, method]): MethodContract => {
    const [input, output] = [schemaOf(name, 'input'), schemaOf(name, 'output')];
    return {
      name,
      ...(input && { input }),
      ...(output && { output }),
      ...(method.idempotent === true && { idempotent: true }),
      ...(method.stream === true && { stream: true }),
    };
  });
  return { methods: contracts.sort((a, b) => (a.name < b.name ? -1 : 1)), $defs };
}

/** Returns a contract with one module alone, for comparisons. */
export function contractOf(
  name: string,
  source: string,
  { methods, $defs }: ForeignContract,
): Pick<Contract, 'modules' | '$defs'> {
  return { modules: [{ name, file: '', source, methods }], $defs };
}

/** `score-all` → `ScoreAll`. */
function toTypeName(text: string): string {
  const name = text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
  return /^[A-Z]/.test(name) ? name : `Type${name}`;
}

function renameDefinitions(schema: Schema, names: ReadonlyMap<string, string>): Schema {
  return renameRefs(schema, (name) => {
    const renamed = names.get(name);
    if (renamed === undefined)
      throw new Mismatch('a schema', 'without references to unknown definitions', name);
    return renamed;
  });
}
