import fs from 'node:fs';
import path from 'node:path';
import {
  type InlineConfig,
  loadConfigFromFile,
  type PluginOption,
  resolveConfig,
  type ResolvedConfig,
} from 'vite';
import { usageError } from '@gati/runtime-h3/command';
import type { PluginContext } from '../context.ts';
import gati from '../index.ts';
import type { Call } from './command.ts';

export interface AppCall {
  command: 'build' | 'serve';
  mode: 'development' | 'production';
}

/**
 * Returns the inline configuration for Vite. It adds `gati()` if the app's own one lacks it. As in
 * Vite, the root is `--root`, else `root` of the config file, else the current folder.
 */
export async function loadInlineConfig(
  { args }: Pick<Call, 'args'>,
  { command, mode }: AppCall,
): Promise<InlineConfig & { root: string }> {
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
  const hasPlugin = (await pluginNames(loaded?.config.plugins ?? [])).some((name) =>
    name.startsWith('gati:'),
  );
  return {
    root: given ?? path.resolve(loaded?.config.root ?? '.'),
    // By name: otherwise Vite would look for it in the root.
    configFile: loaded?.path ?? false,
    ...(ownMode !== undefined && { mode: ownMode }),
    plugins: hasPlugin ? [] : [gati()],
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
  const plugin = config.plugins.find(({ name }) => name === 'gati:environment');
  return plugin!.api as PluginContext;
}

async function pluginNames(option: PluginOption): Promise<string[]> {
  const plugin = await option;
  if (!plugin) return [];
  return Array.isArray(plugin)
    ? (await Promise.all(plugin.map(pluginNames))).flat()
    : [plugin.name];
}
