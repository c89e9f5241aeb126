import fs from 'node:fs';
import path from 'node:path';
import {
  type InlineConfig,
  loadConfigFromFile,
  type PluginOption,
  resolveConfig,
  type ResolvedConfig,
} from 'vite';
import type { PluginContext } from '../context.ts';
import gati from '../index.ts';
import type { Call } from './command.ts';
import { usageError } from './usage.ts';

export interface AppCall {
  command: 'build' | 'serve';
  mode: 'development' | 'production';
}

/** What Vite is started with: the app's own configuration, and `gati()` where that lacks it. */
export async function toInlineConfig(
  { args }: Pick<Call, 'args'>,
  { command, mode }: AppCall,
): Promise<InlineConfig> {
  const root = path.resolve(typeof args.root === 'string' ? args.root : '.');
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
    root,
    'silent',
  );
  const has = (await flatten(loaded?.config.plugins ?? [])).some((name) =>
    name.startsWith('gati:'),
  );
  return {
    root,
    configFile,
    ...(ownMode !== undefined && { mode: ownMode }),
    plugins: has ? [] : [gati()],
  };
}

/** The app without a server or a build, for commands that need its files and contract only. */
export async function openApp(
  call: Pick<Call, 'args'>,
): Promise<{ config: ResolvedConfig; context: PluginContext }> {
  const inline = await toInlineConfig(call, { command: 'serve', mode: 'development' });
  const config = await resolveConfig({ ...inline, logLevel: 'warn' }, 'serve', 'development');
  return { config, context: contextOf(config) };
}

/** What the plugins of a resolved configuration share. */
export function contextOf(config: ResolvedConfig): PluginContext {
  const plugin = config.plugins.find(({ name }) => name === 'gati:environment');
  return plugin!.api as PluginContext;
}

async function flatten(option: PluginOption): Promise<string[]> {
  const plugin = await option;
  if (!plugin) return [];
  return Array.isArray(plugin) ? (await Promise.all(plugin.map(flatten))).flat() : [plugin.name];
}
