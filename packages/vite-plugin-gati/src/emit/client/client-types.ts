import { type Contract, type RouteContract, type Schema, toDeclarations } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import { hasCredentials, printCredentials } from './credentials.ts';
import { printTreeType, routeTree } from './route-tree.ts';
import { printRouteTypes, type RouteTypes } from './route-types.ts';
import { RESERVED_NAMES, RUNTIME_TYPES } from './runtime-names.ts';
import { toTypeNames, TYPE_SUFFIXES } from './type-names.ts';

export interface ClientTypes {
  /** Types of the client's runtime that the text names. */
  imports: string[];
  /** Those that the text without `Client` names. */
  ownImports: string[];
  /** All type declarations of the client except `Client`. */
  types: string;
  /** The declaration of `Client`. `markOf` is one of {@link printTreeType}. */
  printClient(markOf?: (route: RouteContract) => string): string;
  /** The type declarations of each route, and the name that they begin with. */
  routes: Map<RouteContract, RouteTypes & { name: string }>;
}

/** Types of the runtime that the signatures of the client's values name. */
const ALWAYS_IMPORTED = new Set(['Call', 'ClientOptions', 'ConnectTo']);

/**
 * A build prints the types for the app's client and for its SDK. Printing a large contract takes
 * long.
 */
const printed = new WeakMap<Contract, ClientTypes>();

export function toClientTypes(contract: Contract): ClientTypes {
  const types = printed.get(contract) ?? printClientTypes(contract);
  printed.set(contract, types);
  return types;
}

/** Routes that are called, and routes that are connected to. */
export function callsAndSockets({ routes }: Contract): {
  calls: RouteContract[];
  sockets: RouteContract[];
} {
  return {
    calls: routes.filter(({ method }) => method !== 'WS'),
    sockets: routes.filter(({ method }) => method === 'WS'),
  };
}

function printClientTypes(contract: Contract): ClientTypes {
  const routeNames = toTypeNames(contract.routes, RESERVED_NAMES);
  const nameOf = (route: RouteContract): string => routeNames.get(route)!;
  const names = toDeclarations(contract.$defs, {
    request: contract.routes.flatMap(sentSchemas),
    response: contract.routes.flatMap(receivedSchemas),
    taken: [
      ...RESERVED_NAMES,
      ...[...routeNames.values()].flatMap((name) => TYPE_SUFFIXES.map((suffix) => name + suffix)),
    ],
  });
  const routes: ClientTypes['routes'] = new Map(
    contract.routes.map((route) => {
      const name = nameOf(route);
      return [route, { ...printRouteTypes(route, name, contract, names), name }];
    }),
  );
  const isPlain = (route: RouteContract): boolean => routes.get(route)!.plain;
  const { calls, sockets } = callsAndSockets(contract);
  const types = [
    `/** Query parameters of a route that declares none. */\nexport type QueryValues = Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>;\n`,
    ...(sockets.length > 0
      ? [`type SocketOptions = Pick<ConnectRequest, 'version' | 'protocols' | 'signal'>;\n`]
      : []),
    ...(hasCredentials(contract) ? [printCredentials(contract)] : []),
    names.text,
    ...[...routes.values()].map((route) => route.text),
    `export interface Routes {\n${calls.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; result: ${nameOf(route)}Result };\n`).join('')}}\n`,
    `/** Routes that can be called without arguments. */\nexport type PlainRoute =${unionOfIds(calls.filter(isPlain))};\n`,
    `export interface Sockets {\n${sockets.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; sent: ${nameOf(route)}Sent; received: ${nameOf(route)}Received };\n`).join('')}}\n`,
    `export type PlainSocket =${unionOfIds(sockets.filter(isPlain))};\n`,
  ].join('\n');
  const printClient: ClientTypes['printClient'] = (markOf) =>
    `export interface Client<Throw extends boolean = false> ${printTreeType(
      routeTree(contract.routes),
      '',
      {
        typeOf: (route) => methodType(route, nameOf(route), isPlain(route)),
        ...(markOf && { markOf }),
      },
    )}\n`;
  return {
    imports: namedIn(types + printClient()),
    ownImports: namedIn(types),
    types,
    printClient,
    routes,
  };
}

/** Returns the types of the runtime that a text names, and those that values need. */
function namedIn(text: string): string[] {
  return RUNTIME_TYPES.filter(
    (name) => ALWAYS_IMPORTED.has(name) || new RegExp(`\\b${name}\\b`).test(text),
  );
}

function sentSchemas(route: RouteContract): Schema[] {
  return [route.params, route.query, route.headers, route.body?.schema, route.receive].filter(
    (schema) => schema !== undefined,
  );
}

function receivedSchemas(route: RouteContract): Schema[] {
  return [route.send, ...Object.values(route.responses).map(({ schema }) => schema)].filter(
    (schema) => schema !== undefined,
  );
}

function unionOfIds(routes: RouteContract[]): string {
  return routes.length === 0 ? ' never' : routes.map(({ id }) => `\n  | ${quote(id)}`).join('');
}

function methodType(route: RouteContract, name: string, isPlain: boolean): string {
  const optional = isPlain ? 'Optional' : '';
  return route.method === 'WS'
    ? `${optional}SocketMethod<${name}Request, ${name}Sent, ${name}Received>`
    : `${optional}Method<${name}Request, ${name}Result, Throw>`;
}
