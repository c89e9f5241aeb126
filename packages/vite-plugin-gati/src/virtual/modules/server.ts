import { bundledQueues } from '@gati/runtime-h3/effects/settings';
import type { ForeignDeclaration } from '@gati/runtime-h3/modules/host';
import { toBuiltDeclaration } from '../../foreign/built-declaration.ts';
import { findPanel } from '../../build/panel-files.ts';
import type { ResolvedOptions } from '../../options.ts';
import { printMigrations } from './migrations.ts';
import type { ClientPlace, VirtualInput } from '../virtual-module.ts';
import { runtimeEntry } from '../runtime-entry.ts';

export interface ServerInput {
  client: ClientPlace | undefined;
  hasEffects: boolean;
  /** Modules that run outside of the app's process. */
  modules?: ForeignDeclaration[];
  /** Printed property that loads the migrations of the database, if there are any. */
  migrations?: string[];
  /** Whether the build copies the panel beside the server. */
  hasPanel: boolean;
  /** Name of the app. */
  name: string;
}

/** `virtual:gati/server`: the entry of a build. It starts the runtime with the release. */
export async function serverModule({ context, client, root }: VirtualInput): Promise<string> {
  const { project } = context;
  const scan = await project.scan();
  return printServer(project.options, {
    client: client(),
    hasEffects: scan.effects.length > 0,
    modules: (scan.foreign ?? []).map(toBuiltDeclaration),
    migrations: printMigrations(root()),
    hasPanel: findPanel(project.options) !== undefined,
    name: project.app.name,
  });
}

export function printServer(
  { base, cors, limits, missingVersion, expose, compression, effects }: ResolvedOptions,
  { client, hasEffects, modules = [], migrations = [], hasPanel, name }: ServerInput,
): string {
  const options = [
    // The import is in a function, because the workers import the release and the supervisor does
    // not.
    "release: () => import('virtual:gati/release').then((module) => module.default)",
    // Leaves out the version, so that releases of the same code have the same digest.
    `name: ${JSON.stringify(name)}`,
    "releases: new URL(/* @vite-ignore */ './releases/', import.meta.url)",
    ...(base === '' ? [] : [`base: ${JSON.stringify(base)}`]),
    ...(cors === undefined ? [] : [`cors: ${JSON.stringify(cors)}`]),
    ...(Object.keys(limits).length === 0 ? [] : [`limits: ${JSON.stringify(limits)}`]),
    ...(missingVersion === 'choose' ? [] : [`missingVersion: ${JSON.stringify(missingVersion)}`]),
    ...(Object.values(expose).includes(false) ? [`expose: ${JSON.stringify(expose)}`] : []),
    ...(compression === true ? [] : [`compression: ${JSON.stringify(compression)}`]),
    ...(client ? ["client: new URL(/* @vite-ignore */ '../client/', import.meta.url)"] : []),
    ...(client && client.base !== '/' ? [`clientBase: ${JSON.stringify(client.base)}`] : []),
    ...(client && client.assetsDir !== 'assets'
      ? [`assetsDir: ${JSON.stringify(client.assetsDir)}`]
      : []),
    "errors: new URL(/* @vite-ignore */ /* webpackIgnore: true */ './errors.json', import.meta.url)",
    ...(hasPanel ? ["panel: new URL(/* @vite-ignore */ './panel/', import.meta.url)"] : []),
    ...(modules.length > 0 ? [printModules(modules)] : []),
    ...migrations,
    ...(hasEffects ? [`queues: { ${bundledQueues(effects).map(printQueue).join(', ')} }`] : []),
  ];
  return `import { startServer } from ${runtimeEntry('server')};\nawait startServer({ ${options.join(', ')} });\n`;
}

/** Paths of the modules start from the output folder. */
function printModules(modules: ForeignDeclaration[]): string {
  const root = "new URL(/* @vite-ignore */ /* webpackIgnore: true */ '../', import.meta.url)";
  const load = `() => import(${runtimeEntry('modules/host')})`;
  return `modules: { list: ${JSON.stringify(modules)}, root: ${root}, load: ${load} }`;
}

function printQueue([scheme, entry]: [string, string]): string {
  return `${scheme}: () => import(${runtimeEntry(entry)})`;
}
