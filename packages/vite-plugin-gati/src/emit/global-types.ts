import { propertyKey, quote } from '@gati/contract/internal';
import { inProcessPackage } from '@gati/runtime-h3/modules/host';
import { emitForeignTypes } from './foreign-types.ts';
import { FOLDER_HELPERS, folderEntries, routeContext } from './folder-types.ts';
import type { RouteFile, Scan } from '../scan/types.ts';

/** The root, from `.gati/types`. */
const ROOT = '../../';

/**
 * Parts that a route may declare, as a Standard Schema value or as a type. If it declares both, the
 * server checks the value.
 */
const PARTS = ['params', 'query', 'headers', 'body', 'receive', 'send'] as const;

/**
 * Returns the text of `.gati/types/gati.d.ts`. It fills the registries behind `Handler`,
 * `gctx.modules`, `gctx.effects` and `gctx.config`, and types `virtual:gati/client` and
 * `testApp().call`. It needs the scan only, so it exists before the analysis begins.
 */
export function emitGlobalTypes(scan: Scan): string {
  const { foreign = [] } = scan;
  const packages = foreign.flatMap((module) => {
    const found = inProcessPackage(module);
    return found ? [[module.name, found.name] as const] : [];
  });
  const others = foreign.filter((module) => inProcessPackage(module) === undefined);
  return `// Written by Gati from the files in src; changes here are lost.
${scan.versions.length === 0 ? '' : '/// <reference path="./versions.d.ts" />\n'}
declare namespace GatiTypes {
  /** The output type of a Standard Schema (https://standardschema.dev). */
  type Output<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } } ? NonNullable<Types> extends { readonly output: infer Value } ? Value : unknown : unknown;
  /** The input type of a Standard Schema, or \`Otherwise\`. */
  type Input<Schema, Otherwise> = Schema extends { readonly '~standard': { readonly types?: infer Types } } ? NonNullable<Types> extends { readonly input: infer Value } ? Value : Otherwise : Otherwise;
  /** The functions that a module's file exports, or what its \`defineModule\` sets up. */
  type Module<File> = File extends { readonly default: { setup(...args: never): infer Api } } ? Awaited<Api> : Functions<File>;
  type Functions<File> = { readonly [Name in keyof File as File[Name] extends (...args: never) => unknown ? Name : never]: File[Name] };
  type Result<Run> = Run extends (...args: never) => infer Value ? Awaited<Value> : unknown;
  type Payload<Run> = Run extends (...args: infer Args) => unknown ? Args[0] : unknown;
${scan.folders.length === 0 ? '' : FOLDER_HELPERS}}
${emitForeignTypes(others)}
${registry(
  'GatiRoutes',
  scan.routes.map((route) => routeEntry(route, scan)),
)}
${scan.folders.length === 0 ? '' : registry('GatiFolders', folderEntries(scan, importOf))}${registry(
    'GatiModules',
    [
      ...scan.modules.map(
        ({ name, file }) => `${propertyKey(name)}: GatiTypes.Module<typeof ${importOf(file)}>;`,
      ),
      ...packages.map(
        ([name, file]) => `${name}: GatiTypes.Module<typeof import(${quote(file)})>;`,
      ),
      ...others.map(({ name }) => `${name}: GatiForeign.${name}.Module;`),
    ],
  )}
${registry(
  'GatiEffects',
  scan.effects.map(({ name, file, exportsPayload }) => {
    const run = `GatiTypes.Payload<typeof ${importOf(file)}.run>`;
    const type = exportsPayload ? `GatiTypes.Input<typeof ${importOf(file)}.payload, ${run}>` : run;
    return `${propertyKey(name)}: ${type};`;
  }),
)}
${registry(
  'GatiEffectResults',
  scan.effects.map(
    ({ name, file }) => `${propertyKey(name)}: GatiTypes.Result<typeof ${importOf(file)}.run>;`,
  ),
)}
${registry('GatiConfig', scan.config === undefined ? [] : [`config: GatiTypes.Output<typeof ${importOf(scan.config)}.default>;`])}
${registry('GatiClient', scan.routes.length === 0 ? [] : ["routes: import('../generated/client.ts').Routes;", "plain: import('../generated/client.ts').PlainRoute;", "sockets: import('../generated/client.ts').Sockets;", "plainSockets: import('../generated/client.ts').PlainSocket;"])}
declare module 'virtual:gati/client' {
  export const client: typeof import('../generated/client.ts').client;
  export const call: typeof import('../generated/client.ts').call;
  export const connect: typeof import('../generated/client.ts').connect;
  export const createClient: typeof import('../generated/client.ts').createClient;
  export const createCall: typeof import('../generated/client.ts').createCall;
  export const version: typeof import('../generated/client.ts').version;
  export type Client<Throw extends boolean = false> = import('../generated/client.ts').Client<Throw>;
  export type Routes = import('../generated/client.ts').Routes;
}
`;
}

function registry(name: string, entries: string[]): string {
  return `interface ${name} {\n${entries.map((entry) => `  ${entry}\n`).join('')}}\n`;
}

function routeEntry(route: RouteFile, scan: Scan): string {
  const declared = PARTS.flatMap((part) => {
    const type = `${part[0]!.toUpperCase()}${part.slice(1)}`;
    if (route.exports.values.includes(part))
      return [`${part}: GatiTypes.Output<typeof ${importOf(route.file)}.${part}>;`];
    return route.exports.types.includes(type) ? [`${part}: ${importOf(route.file)}.${type};`] : [];
  });
  const parts = [...declared, ...routeContext(route, scan, importOf)];
  return `${quote(route.id)}: {${parts.map((part) => ` ${part}`).join('')}${parts.length > 0 ? ' ' : ''}};`;
}

/**
 * Keeps the file extension, which is always allowed in a declaration file, so every resolution mode
 * finds the file.
 */
function importOf(file: string): string {
  return `import(${quote(ROOT + file)})`;
}
