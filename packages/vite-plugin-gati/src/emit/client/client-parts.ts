import { type Contract, type RouteContract, type Schema, toDeclarations } from '@gati/contract';
import { propertyKey, quote } from '@gati/contract/internal';
import { TYPE_SUFFIXES, toTypeNames } from './type-names.ts';
import { printRoute, routeDocComment, type RouteTypes } from './route-types.ts';

export interface ClientSettings {
  /** Semver of the release; calls are pinned to it. */
  version: string;
  /** `''` or `/api`. */
  base?: string;
}

/** A generated client in pieces, so that one print gives its source, its declarations and its JavaScript. */
export interface ClientParts {
  /** Names of the runtime's types that the text uses. */
  imports: string[];
  /** All declarations of types. */
  types: string;
  /** The type declarations of a route and its name in them, for whoever writes about it. */
  routes: Map<RouteContract, RouteTypes & { name: string }>;
  values: ClientValue[];
}

/** A constant, or a function of `options`. */
export interface ClientValue {
  docComment?: string;
  name: string;
  kind: 'const' | 'function';
  /** Only the module itself knows it. */
  isLocal?: boolean;
  /** Its type as it stands behind the name; empty where the value says it. */
  signature: string;
  /** Statements before the value, each with its line break. */
  setup?: string;
  /** JavaScript. */
  value: string;
  /** What TypeScript needs behind the value. */
  cast?: string;
}

/** What a client imports of its runtime. */
export const RUNTIME_VALUES: string[] = ['createCaller', 'createConnect', 'createTree'];
/** What an SDK gives on of it. */
export const PUBLIC_VALUES: string[] = ['CallError', 'ClientError', 'ConnectionError', 'onCall'];
export const PUBLIC_TYPES: string[] =
  'Call CallEvent CallInfo CallOptions ClientOptions Connection ConnectTo EventStream Failure HeaderValues Interceptor NetworkError NetworkFailure OtherFailure OtherProblem OtherSuccess Outcome Problem RetryOptions Success'.split(
    ' ',
  );
const TYPES = [
  ...PUBLIC_TYPES,
  'ConnectRequest',
  'Method',
  'OptionalMethod',
  'OptionalSocketMethod',
  'SocketMethod',
].sort();
const DECLARED_NAMES = [
  'Client',
  'Routes',
  'Sockets',
  'PlainRoute',
  'PlainSocket',
  'QueryValues',
  'SocketOptions',
];
/** Globals that the printed types name. */
const GLOBALS = ['FormData', 'ReadableStream', 'Uint8Array', 'Promise'];

/** A build asks for its app's client and for its SDK; the types of a large contract take their time to be printed. */
const printed = new WeakMap<Contract, Types>();

export function toClientParts(
  contract: Contract,
  { version, base = '' }: ClientSettings,
): ClientParts {
  const types = printed.get(contract) ?? printTypes(contract);
  printed.set(contract, types);
  return { ...types, values: clientValues(contract, version, base) };
}

type Types = Omit<ClientParts, 'values'>;

function printTypes(contract: Contract): Types {
  const taken = [...RUNTIME_VALUES, ...PUBLIC_VALUES, ...TYPES, ...DECLARED_NAMES, ...GLOBALS];
  const routeNames = toTypeNames(contract.routes, taken);
  const names = toDeclarations(contract.$defs, {
    request: contract.routes.flatMap(sentSchemas),
    response: contract.routes.flatMap(receivedSchemas),
    taken: [
      ...taken,
      ...[...routeNames.values()].flatMap((name) => TYPE_SUFFIXES.map((suffix) => name + suffix)),
    ],
  });
  const routes: Types['routes'] = new Map(
    contract.routes.map((route) => {
      const name = routeNames.get(route)!;
      return [route, { ...printRoute(route, name, contract, names), name }];
    }),
  );
  const nameOf = (route: RouteContract): string => routeNames.get(route)!;
  const { calls, sockets } = callsAndSockets(contract);

  const text = [
    `/** What a query may hold where its route declares none. */\nexport type QueryValues = Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>;\n`,
    ...(sockets.length > 0
      ? [`type SocketOptions = Pick<ConnectRequest, 'version' | 'protocols' | 'signal'>;\n`]
      : []),
    names.text,
    ...[...routes.values()].map((route) => route.text),
    `export interface Routes {\n${calls.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; result: ${nameOf(route)}Result };\n`).join('')}}\n`,
    `/** Routes that need nothing of the caller. */\nexport type PlainRoute =${union(calls, routes)};\n`,
    `export interface Sockets {\n${sockets.map((route) => `  ${quote(route.id)}: { request: ${nameOf(route)}Request; sent: ${nameOf(route)}Sent; received: ${nameOf(route)}Received };\n`).join('')}}\n`,
    `export type PlainSocket =${union(sockets, routes)};\n`,
    `export interface Client<Throw extends boolean = false> ${printTree(routeTree(contract.routes), '', (route) => methodType(route, nameOf(route), routes.get(route)!.plain))}\n`,
  ].join('\n');
  const imports = TYPES.filter(
    (name) => ALWAYS_IMPORTED.has(name) || new RegExp(`\\b${name}\\b`).test(text),
  );
  return { imports, types: text, routes };
}

/** What the values' own signatures name. */
const ALWAYS_IMPORTED = new Set(['Call', 'ClientOptions', 'ConnectTo']);

function clientValues(contract: Contract, version: string, base: string): ClientValue[] {
  const { calls, sockets } = callsAndSockets(contract);
  const forms = calls
    .filter(({ body }) => body?.contentTypes[0] === 'multipart/form-data')
    .map(({ id }) => quote(id));
  const call = 'Call<Routes, PlainRoute, Throw>';
  return [
    {
      docComment: '/** The version that this client was made for; its calls ask for it. */',
      name: 'version',
      kind: 'const',
      signature: '',
      value: quote(version),
    },
    {
      name: 'settings',
      kind: 'const',
      isLocal: true,
      signature: '',
      value: `{ version, base: ${quote(base)}${forms.length > 0 ? `, forms: [${forms.join(', ')}]` : ''} }`,
    },
    {
      name: 'createCall',
      kind: 'function',
      signature: `<Throw extends boolean = false>(options?: ClientOptions<Throw>): ${call}`,
      value: 'createCaller(settings, options)',
      cast: ` as ${call}`,
    },
    {
      name: 'createClient',
      kind: 'function',
      signature: '<Throw extends boolean = false>(options?: ClientOptions<Throw>): Client<Throw>',
      setup: `  const tree = ${printIds(routeTree(contract.routes), '  ')};\n`,
      value: `createTree(tree, createCaller(settings, options)${sockets.length > 0 ? ', createConnect(settings, options)' : ''})`,
      cast: ' as unknown as Client<Throw>',
    },
    {
      docComment: '/** Calls the server of this page. */',
      name: 'client',
      kind: 'const',
      signature: ': Client',
      value: '/* @__PURE__ */ createClient()',
    },
    {
      docComment:
        "/** `call('GET /users/:id', { params: { id } })`: needs no table of routes, so a bundler leaves it out. */",
      name: 'call',
      kind: 'const',
      signature: ': Call<Routes, PlainRoute, false>',
      value: '/* @__PURE__ */ createCall()',
    },
    {
      docComment: "/** `connect('WS /chat/:room', { params: { room } })` */",
      name: 'connect',
      kind: 'const',
      signature: ': ConnectTo<Sockets, PlainSocket>',
      value: '/* @__PURE__ */ createConnect(settings)',
      cast: ' as ConnectTo<Sockets, PlainSocket>',
    },
  ];
}

/** TypeScript of one value. */
export function printValue({
  docComment,
  name,
  kind,
  isLocal,
  signature,
  setup = '',
  value,
  cast = '',
}: ClientValue): string {
  const head = `${docComment ? `${docComment}\n` : ''}${isLocal ? '' : 'export '}${kind} ${name}${signature}`;
  return kind === 'const'
    ? `${head} = ${value}${cast};\n`
    : `${head} {\n${setup}  return ${value}${cast};\n}\n`;
}

function callsAndSockets({ routes }: Contract): {
  calls: RouteContract[];
  sockets: RouteContract[];
} {
  return {
    calls: routes.filter(({ method }) => method !== 'WS'),
    sockets: routes.filter(({ method }) => method === 'WS'),
  };
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

function union(routes: RouteContract[], printed: Map<RouteContract, RouteTypes>): string {
  const plain = routes.filter((route) => printed.get(route)!.plain);
  return plain.length === 0 ? ' never' : plain.map(({ id }) => `\n  | ${quote(id)}`).join('');
}

function methodType(route: RouteContract, name: string, plain: boolean): string {
  if (route.method === 'WS')
    return `${plain ? 'Optional' : ''}SocketMethod<${name}Request, ${name}Sent, ${name}Received>`;
  return `${plain ? 'Optional' : ''}Method<${name}Request, ${name}Result, Throw>`;
}

interface Tree {
  own?: RouteContract;
  children: Map<string, Tree>;
}

function routeTree(routes: RouteContract[]): Tree {
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
    const notes = child.own ? routeDocComment(child.own, `${indent}  `) : '';
    return `${notes}${indent}  readonly ${propertyKey(name)}: ${[own, below].filter((part) => part).join(' & ')};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function printIds(tree: Tree, indent: string): string {
  const lines = [...tree.children].map(([name, child]) => {
    const leaf =
      child.own && child.children.size === 0 ? quote(child.own.id) : printIds(child, `${indent}  `);
    // A computed key, since a plain `__proto__` would be the object's prototype.
    return `${indent}  ${name === '__proto__' ? `[${quote(name)}]` : propertyKey(name)}: ${leaf},\n`;
  });
  const own = tree.own ? `${indent}  '': ${quote(tree.own.id)},\n` : '';
  return `{\n${own}${lines.join('')}${indent}}`;
}
