import type { Contract } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import { callsAndSockets } from './client-types.ts';
import { hasCredentials, printCredentialSettings } from './credentials.ts';
import { printFieldForms } from './field-forms.ts';
import { printTreeIds, routeTree } from './route-tree.ts';

/** A constant, or a function with the parameter `options`. */
export interface ClientValue {
  docComment?: string;
  name: string;
  kind: 'const' | 'function';
  /** The module does not export it. */
  isLocal?: boolean;
  /** Parameters and type, as printed behind the name; empty if the type follows from the value. */
  signature: string;
  /** Statements before the value, each with its line break. */
  setup?: string;
  /** JavaScript. */
  value: string;
  /** A type assertion behind the value, in TypeScript only. */
  cast?: string;
}

/** The values of a client: what its module exports, and its settings. */
export function clientValues(
  contract: Contract,
  version: string,
  base: string,
  sdk: string | undefined,
): ClientValue[] {
  const { calls, sockets } = callsAndSockets(contract);
  const forms = calls
    .filter(({ body }) => body && !body.contentTypes.includes('application/json'))
    .map(({ id }) => quote(id));
  const options = `ClientOptions<Throw>${hasCredentials(contract) ? ' & Credentials' : ''}`;
  const call = 'Call<Routes, PlainRoute, Throw>';
  return [
    {
      docComment:
        '/** The version that this client was made for. All its calls request this version. */',
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
      value: `{ version, base: ${quote(base)}${sdk === undefined ? '' : `, sdk: ${quote(sdk)}`}${forms.length > 0 ? `, forms: [${forms.join(', ')}]` : ''}${printFieldForms(contract)}${printCredentialSettings(contract)} }`,
    },
    {
      name: 'createCall',
      kind: 'function',
      signature: `<Throw extends boolean = false>(options?: ${options}): ${call}`,
      value: 'createCaller(settings, options)',
      cast: ` as ${call}`,
    },
    {
      name: 'createClient',
      kind: 'function',
      signature: `<Throw extends boolean = false>(options?: ${options}): Client<Throw>`,
      setup: `  const tree = ${printTreeIds(routeTree(contract.routes), '  ')};\n`,
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
        "/** Calls a route by its id: `call('GET /users/:id', { params: { id } })`. A bundler can leave out the table of routes. */",
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

/** Prints the TypeScript of one value. */
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
