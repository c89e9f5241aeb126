import fs from 'node:fs';
import path from 'node:path';
import {
  type InlineConfig,
  loadConfigFromFile,
  type Plugin,
  type PluginOption,
  resolveConfig,
  type ResolvedConfig,
} from 'vite';
import { usageError } from '@gati/runtime-h3/command';
import type { PluginContext } from '../context.ts';
import gati, { type GatiOptions } from '../index.ts';
import type { Call } from './command.ts';

/** The plugin of `gati()` whose `api` is the context. */
const CONTEXT_PLUGIN = 'gati:environment';

export interface AppCall {
  command: 'build' | 'serve';
  mode: 'development' | 'production';
}

/**
 * Returns the inline configuration for Vite. It adds `gati()` if the app's own one lacks it. As in
 * Vite, the root is `--root`, else `root` of the config file, else the current folder.
 */
export async function loadInlineConfig(
  call: Pick<Call, 'args'>,
  appCall: AppCall,
): Promise<InlineConfig & { root: string }> {
  return (await loadConfig(call, appCall)).inline;
}

/** Returns the root of the app and the options of its `gati()`, without resolving the config. */
export async function loadOptions(
  call: Pick<Call, 'args'>,
): Promise<{ root: string; options: GatiOptions }> {
  const { inline, plugins } = await loadConfig(call, { command: 'build', mode: 'production' });
  const own = plugins.find(({ name }) => name === CONTEXT_PLUGIN);
  return { root: inline.root, options: (own?.api as PluginContext | undefined)?.options ?? {} };
}

async function loadConfig(
  { args }: Pick<Call, 'args'>,
  { command, mode }: AppCall,
): Promise<{ inline: InlineConfig & { root: string }; plugins: Plugin[] }> {
  const given = typeof args.root === 'string' ? path.resolve(args.root) : undefined;
  const configFile = typeof args.config === 'string' ? path.resolve(args.config) : undefined;
  if (configFile !== undefined && !fs.existsSync(configFile)) {
    throw usageError(
      `there is no file \`${configFile}\``,
      'Name a Vite config file with `--config`, or leave it out.',
    );
  }
  const ownMode = typeof args.mode === 'string' ? args.mode : undefined;
  const loaded = await loadConfigFromFile(
    { command, mode: ownMode ?? mode },
    configFile,
    given,
    'silent',
  );
  const plugins = await flatPlugins(loaded?.config.plugins ?? []);
  return {
    inline: {
      root: given ?? path.resolve(loaded?.config.root ?? '.'),
      // An explicit path: otherwise Vite would look for the file in the root.
      configFile: loaded?.path ?? false,
      ...(ownMode !== undefined && { mode: ownMode }),
      plugins: plugins.some(({ name }) => name.startsWith('gati:')) ? [] : [gati()],
    },
    plugins,
  };
}

/**
 * Opens the app without a server or a build, for commands that need only its files and contract.
 */
export async function openApp(
  call: Pick<Call, 'args'>,
): Promise<{ config: ResolvedConfig; context: PluginContext }> {
  const inline = await loadInlineConfig(call, { command: 'serve', mode: 'development' });
  const config = await resolveConfig({ ...inline, logLevel: 'warn' }, 'serve', 'development');
  return { config, context: contextOf(config) };
}

/** Returns the context of `gati()` in a resolved configuration. */
export function contextOf(config: ResolvedConfig): PluginContext {
  const plugin = config.plugins.find(({ name }) => name === CONTEXT_PLUGIN);
  return plugin!.api as PluginContext;
}

async function flatPlugins(option: PluginOption): Promise<Plugin[]> {
  const plugin = await option;
  if (!plugin) return [];
  return Array.isArray(plugin) ? (await Promise.all(plugin.map(flatPlugins))).flat() : [plugin];
}
