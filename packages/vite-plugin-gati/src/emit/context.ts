import type { Contract } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import type { Scan } from '../scan/types.ts';

/** Global types without a type parameter. */
const PLAIN = ['Res', 'GlobalContext', 'LocalContext', 'GuardRequest', 'Security', 'EffectContext'];
/** Global types that take a route. */
const BY_ROUTE = ['Handler', 'Args', 'Req', 'RouteLocal', 'Socket', 'SocketPeer'];
/** Global types that take a folder. */
const BY_FOLDER = ['Guard', 'Middleware'];

/**
 * Returns the text of `.gati/generated/context.ts`: the global types, for code that imports them,
 * and the names of routes, effects and modules.
 */
export function emitContext(contract: Contract, scan: Scan): string {
  return `// Written by Gati from the files in src; changes here are lost.
/* eslint-disable */
/// <reference types="vite-plugin-gati/types" />
/// <reference path="../types/gati.d.ts" />

/** Every route of the app. */
export type RouteId =${union(contract.routes.map(({ id }) => id))};

export type ModuleName =${union([...scan.modules, ...(scan.foreign ?? [])].map(({ name }) => name))};

export type EffectName =${union(scan.effects.map(({ name }) => name))};

export type Modules = globalThis.GatiModules;

/** Payloads by effect name. */
export type EffectPayloads = globalThis.GatiEffects;

export type Config = globalThis.GlobalContext['config'];

${PLAIN.map((name) => `export type ${name} = globalThis.${name};\n`).join('')}
${BY_ROUTE.map((name) => `export type ${name}<R extends string = string> = globalThis.${name}<R>;\n`).join('')}
export type FolderName = keyof globalThis.GatiFolders | '/';
${BY_FOLDER.map((name) => `export type ${name}<Folder extends FolderName = '/'> = globalThis.${name}<Folder>;\n`).join('')}
/** Parameters, query, headers and body of a route as its handler gets them. */
export type Params<R extends RouteId> = Req<R>['params'];
export type Query<R extends RouteId> = Req<R>['query'];
export type RequestHeaders<R extends RouteId> = Req<R>['headers'];
export type Body<R extends RouteId> = Req<R>['body'];
`;
}

function union(names: string[]): string {
  return names.length === 0 ? ' never' : names.map((name) => `\n  | ${quote(name)}`).join('');
}
