import {
  type Contract,
  type RouteContract,
  type Schema,
  toDeclarations,
  toTypeScript,
} from '@gati/contract';
import { isJsonMediaType, PROBLEM_MEDIA_TYPE, propertyKey, quote } from '@gati/contract/internal';
import { toTypeNames } from './client/type-names.ts';

/** A migration, and the contracts that it migrates between. */
export interface MigrationTypes {
  /** `1.x` */
  name: string;
  from: Contract;
  to: Contract;
}

/**
 * Returns the text of `.gati/types/versions.d.ts`, which fills the registry behind
 * `Migration<'1.x'>`. Types do not check a migration that is not in it.
 */
export function emitVersionTypes(migrations: MigrationTypes[]): string {
  const spaces = new Map<Contract, string>();
  const spaceOf = (contract: Contract): string => {
    const name = spaces.get(contract) ?? `V${spaces.size}`;
    spaces.set(contract, name);
    return name;
  };
  const entries = migrations.map(
    ({ name, from, to }) =>
      `  ${quote(name)}: { from: GatiVersions.${spaceOf(from)}.Contract; to: GatiVersions.${spaceOf(to)}.Contract };\n`,
  );
  return `// Written by Gati from the releases that src/versions names; changes here are lost.

declare namespace GatiVersions {
${[...spaces].map(([contract, name]) => `namespace ${name} {\n${printContract(contract)}}\n`).join('')}}

interface GatiMigrations {
${entries.join('')}}
`;
}

/** Prints all values with their JSON types: a migration sees neither `Date` nor `bigint`. */
function printContract({ routes, effects, $defs }: Contract): string {
  const called = routes.filter(({ method }) => method !== 'WS');
  const schemas = [
    ...called.flatMap(schemasOf),
    ...effects.flatMap(({ payload }) => (payload ? [payload] : [])),
  ];
  // Errors of the compiler print the names of a route's types, and not their content.
  const routeNames = toTypeNames(called, ['Contract']);
  const names = toDeclarations($defs, {
    request: [],
    response: schemas,
    taken: [
      'Contract',
      ...[...routeNames.values()].flatMap((name) => [`${name}Request`, `${name}Result`]),
    ],
  });
  const print = (schema: Schema | undefined): string =>
    schema === undefined
      ? 'unknown'
      : toTypeScript(schema, { direction: 'response', nameOf: names.response });
  const routeTypes = called.map((route) => printRoute(route, routeNames.get(route)!, print));
  const lines = called.map(
    (route) =>
      `    ${quote(route.id)}: { request: ${routeNames.get(route)}Request; response: ${routeNames.get(route)}Result };\n`,
  );
  const payloads = effects.map(
    ({ name, payload }) => `    ${propertyKey(name)}: ${print(payload)};\n`,
  );
  return `${names.text}${routeTypes.join('')}export interface Contract {\n  routes: {\n${lines.join('')}  };\n  effects: {\n${payloads.join('')}  };\n}\n`;
}

function printRoute(
  route: RouteContract,
  name: string,
  print: (schema: Schema | undefined) => string,
): string {
  const responses = Object.entries(route.responses)
    .filter(
      ([status, { contentType = 'application/json' }]) =>
        status !== 'default' && isMigrated(contentType),
    )
    .map(
      ([status, { schema }]) =>
        `{ status: ${status}; body: ${schema === undefined ? 'undefined' : print(schema)} }`,
    );
  const parts = [
    `params: ${route.params ? toStrings(route.params) : 'Record<string, string>'}`,
    'query: Record<string, string | string[] | undefined>',
    'headers: Record<string, string | undefined>',
    `body: ${route.body ? print(route.body.schema) : 'unknown'}`,
  ];
  return `export interface ${name}Request {\n${parts.map((part) => `  ${part};\n`).join('')}}
export type ${name}Result = ${responses.length === 0 ? '{ status: number; body: unknown }' : responses.join(' | ')};

`;
}

/** Migrations see the JSON responses of handlers, without problems. */
function isMigrated(contentType: string): boolean {
  return isJsonMediaType(contentType) && contentType !== PROBLEM_MEDIA_TYPE;
}

/** Prints path parameters as strings, even if the handler gets another type. */
function toStrings({ properties = {} }: Schema): string {
  return `{ ${Object.keys(properties)
    .map((name) => `${propertyKey(name)}: string`)
    .join('; ')} }`;
}

function schemasOf({ body, responses }: RouteContract): Schema[] {
  return [body?.schema, ...Object.values(responses).map(({ schema }) => schema)].filter(
    (schema) => schema !== undefined,
  );
}
