import { effectSchemas, moduleSchemas, routeSchemas } from '../assemble/contract-schemas.ts';
import type { Contract } from '../contract.ts';
import { GatiError } from '../diagnostics/gati-error.ts';
import { ROUTE_METHODS } from '../http/methods.ts';
import type { Schema } from '../schema/ir.ts';
import { directRefs } from '../schema/refs.ts';
import {
  any,
  boolean,
  type Check,
  wholeNumber,
  either,
  isObject,
  listOf,
  matching,
  number,
  object,
  oneOf,
  mapOf,
  parsedBy,
  safeName,
  checkDepth,
  string,
  Mismatch,
} from '../data/checks.ts';
import { parseSemver } from '../versions/semver.ts';
import { type Manifest, MANIFEST_FORMAT } from './manifest.ts';

/**
 * Parses a manifest and checks all of it.
 *
 * @param input Text of the manifest, or the value that `JSON.parse` made of it.
 * @throws {GatiError} GATI_MANIFEST_INVALID when the input is not a manifest. The message names the
 *   path of the first error.
 * @throws {GatiError} GATI_MANIFEST_FORMAT when a newer version of Gati wrote the manifest.
 * @example
 * const manifest = parseManifest(await readFile('dist/gati.manifest.json', 'utf8'));
 */
export function parseManifest(input: unknown): Manifest {
  const value = typeof input === 'string' ? parseJson(input) : input;
  if (isObject(value) && typeof value['format'] === 'number' && value['format'] > MANIFEST_FORMAT)
    throw newerFormatError(value['format']);
  try {
    checkDepth(value);
    manifest(value, '');
    checkRefs((value as Manifest).contract);
  } catch (error) {
    throw error instanceof Mismatch ? invalidManifestError(error) : error;
  }
  return value as Manifest;
}

const literal: Check = (value, path) => {
  if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
    throw new Mismatch(path, 'a string, number, boolean or null', value);
};

const schema: Check = (value, path) => schemaObject(value, path);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

const schemaObject: Check = object(
  {},
  // `satisfies` fails when a keyword of the IR is missing here.
  {
    $ref: matching(/^#\/\$defs\/./, 'a reference such as "#/$defs/Name"'),
    type: oneOf('string', 'number', 'integer', 'boolean', 'null', 'array', 'object'),
    const: literal,
    enum: listOf(literal),
    anyOf: listOf(schema),
    allOf: listOf(schema),
    not: schema,
    properties: mapOf(schema),
    required: listOf(string),
    additionalProperties: either(isBoolean, any, schema),
    minProperties: wholeNumber,
    maxProperties: wholeNumber,
    propertyNames: schema,
    items: either((value) => value === false, any, schema),
    prefixItems: listOf(schema),
    minItems: wholeNumber,
    maxItems: wholeNumber,
    uniqueItems: boolean,
    minLength: wholeNumber,
    maxLength: wholeNumber,
    pattern: string,
    format: string,
    contentEncoding: oneOf('base64'),
    contentMediaType: string,
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: number,
    default: any,
    title: string,
    description: string,
    deprecated: boolean,
    examples: listOf(any),
    readOnly: boolean,
    writeOnly: boolean,
    'x-gati-codec': oneOf('date', 'bigint', 'bytes', 'set', 'map', 'file'),
    'x-gati-secret': boolean,
  } satisfies Record<keyof Schema, Check>,
  'a keyword of the schema format',
);

const response: Check = object(
  {},
  {
    schema,
    contentType: string,
    description: string,
    stream: boolean,
    headers: schema,
    declared: boolean,
    examples: listOf(any),
  },
);

const SCHEME_NOTES = { realm: string, description: string, scopes: listOf(string) };
const hasType =
  (type: string) =>
  (value: unknown): boolean =>
    isObject(value) && value['type'] === type;

const securityScheme: Check = either(
  hasType('apiKey'),
  object({ type: string, in: oneOf('header', 'query', 'cookie'), name: string }, SCHEME_NOTES),
  either(
    hasType('openIdConnect'),
    object({ type: string, url: string }, SCHEME_NOTES),
    object({ type: oneOf('bearer', 'basic') }, { ...SCHEME_NOTES, format: string }),
  ),
);

const route: Check = object(
  {
    id: matching(/^[A-Z]+ \//, 'a method and a path such as "GET /users/:id"'),
    method: oneOf(...ROUTE_METHODS),
    path: matching(/^\//, 'a path that starts with "/"'),
    domain: string,
    name: listOf(string),
    file: string,
    responses: mapOf(
      response,
      matching(/^([1-5]\d\d|default)$/, 'a status from 100 to 599 or "default"'),
    ),
  },
  {
    summary: string,
    description: string,
    deprecated: either(isBoolean, any, string),
    version: string,
    security: listOf(listOf(securityScheme)),
    params: schema,
    query: schema,
    headers: schema,
    body: object({ contentTypes: listOf(string), required: boolean, schema }),
    receive: schema,
    send: schema,
  },
);

const native: Check = object(
  { platform: string, arch: string, packages: listOf(object({ name: string, version: string })) },
  { libc: oneOf('glibc', 'musl') },
);

const change: Check = object({
  route: string,
  path: string,
  rule: string,
  level: oneOf('major', 'minor', 'patch'),
  message: string,
});

const method: Check = object(
  { name: string },
  { input: schema, output: schema, idempotent: boolean, stream: boolean },
);

const container: Check = object(
  { memory: wholeNumber, stop: wholeNumber },
  {
    scaling: object({}, { min: wholeNumber, max: wholeNumber, cpu: wholeNumber }),
    env: listOf(string),
    network: oneOf(true),
    files: oneOf(true),
  },
);

const manifest: Check = object(
  {
    format: oneOf(MANIFEST_FORMAT),
    name: string,
    release: object(
      {
        version: parsedBy(parseSemver, 'a semver version'),
        id: safeName,
      },
      { code: string, since: string, bump: oneOf('major', 'minor', 'patch', 'none') },
    ),
    contract: object({
      routes: listOf(route),
      effects: listOf(object({ name: string, file: string }, { payload: schema, result: schema })),
      modules: listOf(
        object(
          { name: string, file: string },
          { source: string, version: string, methods: listOf(method), container },
        ),
      ),
      $defs: mapOf(schema),
    }),
  },
  { native, changes: listOf(change), databaseMigrations: listOf(string) },
);

function checkRefs(contract: Contract): void {
  const places = [
    ...contract.routes.map((each) => [`the route "${each.id}"`, routeSchemas(each)] as const),
    ...contract.effects.map((each) => [`the effect "${each.name}"`, effectSchemas(each)] as const),
    ...contract.modules.map((each) => [`the module "${each.name}"`, moduleSchemas(each)] as const),
    ...Object.entries(contract.$defs).map(
      ([name, each]) => [`contract.$defs.${name}`, [each]] as const,
    ),
  ];
  for (const [place, schemas] of places) {
    for (const name of schemas.flatMap((each) => [...directRefs(each)])) {
      if (!Object.hasOwn(contract.$defs, name))
        throw new Mismatch(
          `"#/$defs/${name}", which ${place} refers to,`,
          'in contract.$defs',
          undefined,
        );
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatiError(
      {
        code: 'GATI_MANIFEST_INVALID',
        message: `The manifest is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
        fix: 'Write the manifest again with `gati generate` or `gati build`.',
      },
      { cause },
    );
  }
}

function invalidManifestError({ message }: Mismatch): GatiError {
  return new GatiError({
    code: 'GATI_MANIFEST_INVALID',
    message: `The manifest is not valid: ${message}.`,
    fix: 'Write the manifest again with `gati generate` or `gati build`; do not edit it by hand.',
  });
}

function newerFormatError(format: number): GatiError {
  return new GatiError({
    code: 'GATI_MANIFEST_FORMAT',
    message: `The manifest has format ${format}; this version of Gati reads up to ${MANIFEST_FORMAT}.`,
    fix: 'Update the packages of Gati (`npm update vite-plugin-gati @gati/runtime-h3`) or use the version that wrote the manifest.',
  });
}
