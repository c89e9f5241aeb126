import { type Contract, propertyKey, quote, type RouteContract, type Schema, toDeclarations } from '@gati/contract';
import { SUFFIXES, toTypeNames } from './client-names.ts';
import { printRoute, routeNotes, type RouteTypes } from './client-route.ts';

export interface ClientEmitOptions {
  /** Semver of the release; calls are pinned to it. */
  version: string;
  /** `''` or `/api`. */
  base?: string;
  /** Where the client's runtime is imported from. */
  runtime?: string;
}

const VALUES = ['createCaller', 'createConnect', 'createTree'];
const TYPES =
  'Call CallOptions ClientOptions ConnectRequest ConnectTo EventStream Failure HeaderValues Method NetworkFailure OptionalMethod OptionalSocketMethod OtherFailure OtherProblem OtherSuccess Problem SocketMethod Success'.split(
    ' ',
  );
const DECLARED = ['Client', 'Routes', 'Sockets', 'PlainRoute', 'PlainSocket', 'QueryValues', 'SocketOptions'];
/** Globals that the printed types name. */
const GLOBALS = ['FormData', 'ReadableStream', 'Uint8Array', 'Promise'];

/** The text of `.gati/generated/client.ts`: the types of all routes, and the client that calls them. Same contract, same bytes. */
export function emitClient(contract: Contract, { version, base = '', runtime = 'vite-plugin-gati/client' }: ClientEmitOptions): string {
  const taken = [...VALUES, ...TYPES, ...DECLARED, ...GLOBALS];
  const routeNames = toTypeNames(contract.routes, taken);
  const names = toDeclarations(contract.$defs, {
    request: contract.routes.flatMap(sentSchemas),
    response: contract.routes.flatMap(receivedSchemas),
    taken: [...taken, ...[...routeNames.values()].flatMap((name) => SUFFIXES.map((suffix) => name + suffix))],
  });
  const printed = new Map(contract.routes.map((route) => [route, printRoute(route, routeNames.get(route)!, contract, names)]));
  const sockets = contract.routes.filter(({ method }) => method === 'WS');
  const calls = contract.routes.filter(({ method }) => method !== 'WS');
  const nameOf = (route: RouteContract): string => routeNames.get(route)!;
  const forms = calls.filter(({ body }) => body?.contentTypes[0] === 'multipart/form-data').map(({ id }) => quote(id));
  const tree = toTree(contract.routes);

  const body = [
    `/** What a query may hold where its route declares none. */\nexport type QueryValues = Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>;\n`,
    ...(sockets.length > 0 ? [`type SocketOptions = Pick<ConnectRequest, 'version' | 'protocols' | 'signal'>;\n`] : []),
    names.text,
    ...[...printed.values()].map(({ text }) => text),
    `export interface Routes {\n${calls.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; result: ${nameOf(route)}Result };\n`).join('')}}\n`,
    `/** Routes that need nothing of the caller. */\nexport type PlainRoute =${union(calls, printed)};\n`,
    `export interface Sockets {\n${sockets.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; sent: ${nameOf(route)}Sent; received: ${nameOf(route)}Received };\n`).join('')}}\n`,
    `export type PlainSocket =${union(sockets, printed)};\n`,
    `export interface Client<Throw extends boolean = false> ${printTree(tree, '', (route) => methodType(route, nameOf(route), printed.get(route)!.plain))}\n`,
    `/** The version that this client was made for; its calls ask for it. */\nexport const version = ${quote(version)};\n`,
    `const settings = { version, base: ${quote(base)}${forms.length > 0 ? `, forms: [${forms.join(', ')}]` : ''} };\n`,
    `export function createCall<Throw extends boolean = false>(options?: ClientOptions<Throw>): Call<Routes, PlainRoute, Throw> {
  return createCaller(settings, options) as Call<Routes, PlainRoute, Throw>;
}
`,
    `export function createClient<Throw extends boolean = false>(options?: ClientOptions<Throw>): Client<Throw> {
  const tree = ${printIds(tree, '  ')};
  return createTree(tree, createCaller(settings, options)${sockets.length > 0 ? ', createConnect(settings, options)' : ''}) as unknown as Client<Throw>;
}
`,
    `/** Calls the server of this page. */\nexport const client: Client = /* @__PURE__ */ createClient();\n`,
    `/** \`call('GET /users/:id', { params: { id } })\`: needs no table of routes, so a bundler leaves it out. */\nexport const call: Call<Routes, PlainRoute, false> = /* @__PURE__ */ createCall();\n`,
    `/** \`connect('WS /chat/:room', { params: { room } })\` */\nexport const connect: ConnectTo<Sockets, PlainSocket> = /* @__PURE__ */ createConnect(settings) as ConnectTo<Sockets, PlainSocket>;\n`,
  ].join('\n');

  return `// Written by Gati from the contract of the app; changes here are lost.
/* eslint-disable */
import { ${VALUES.join(', ')} } from ${quote(runtime)};
import type { ${TYPES.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).join(', ')} } from ${quote(runtime)};

${body}`;
}

function sentSchemas(route: RouteContract): Schema[] {
  return [route.params, route.query, route.headers, route.body?.schema, route.receive].filter((schema) => schema !== undefined);
}

function receivedSchemas(route: RouteContract): Schema[] {
  return [route.send, ...Object.values(route.responses).map(({ schema }) => schema)].filter((schema) => schema !== undefined);
}

function union(routes: RouteContract[], printed: Map<RouteContract, RouteTypes>): string {
  const plain = routes.filter((route) => printed.get(route)!.plain);
  return plain.length === 0 ? ' never' : plain.map(({ id }) => `\n  | ${quote(id)}`).join('');
}

function methodType(route: RouteContract, name: string, plain: boolean): string {
  if (route.method === 'WS') return `${plain ? 'Optional' : ''}SocketMethod<${name}Request, ${name}Sent, ${name}Received>`;
  return `${plain ? 'Optional' : ''}Method<${name}Request, ${name}Result, Throw>`;
}

interface Tree {
  own?: RouteContract;
  children: Map<string, Tree>;
}

function toTree(routes: RouteContract[]): Tree {
  const root: Tree = { children: new Map() };
  for (const route of routes) {
    let node = root;
    for (const name of route.name) {
      const next = node.children.get(name) ?? { children: new Map() };
      node.children.set(name, next);
      node = next;
    }
    node.own = route;
  }
  return root;
}

function printTree(tree: Tree, indent: string, type: (route: RouteContract) => string): string {
  const lines = [...tree.children].map(([name, child]) => {
    const own = child.own ? type(child.own) : undefined;
    const below = child.children.size > 0 ? printTree(child, `${indent}  `, type) : undefined;
    const notes = child.own ? routeNotes(child.own, `${indent}  `) : '';
    return `${notes}${indent}  readonly ${propertyKey(name)}: ${[own, below].filter((part) => part).join(' & ')};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function printIds(tree: Tree, indent: string): string {
  const lines = [...tree.children].map(([name, child]) => {
    const leaf = child.own && child.children.size === 0 ? quote(child.own.id) : printIds(child, `${indent}  `);
    // A computed key, since a plain `__proto__` would be the object's prototype.
    return `${indent}  ${name === '__proto__' ? `[${quote(name)}]` : propertyKey(name)}: ${leaf},\n`;
  });
  const own = tree.own ? `${indent}  '': ${quote(tree.own.id)},\n` : '';
  return `{\n${own}${lines.join('')}${indent}}`;
}
