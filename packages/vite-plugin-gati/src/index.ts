import type { Plugin } from 'vite';
import { buildPlugins } from './plugins/build.ts';
import { createContext, type PluginContext } from './context.ts';
import { devPlugin } from './plugins/dev.ts';
import { environmentPlugin } from './plugins/environment.ts';
import type { GatiOptions } from './options.ts';
import { virtualPlugin } from './plugins/virtual.ts';

export type { GatiOptions } from './options.ts';

/** Turns the files in `src/handlers` into a backend: typed, validated, served in development and built. */
export default function gati(options: GatiOptions = {}): Plugin[] {
  return toPlugins(createContext(options));
}

/** All of the plugin, in order. */
export function toPlugins(context: PluginContext): Plugin[] {
  return [
    environmentPlugin(context),
    virtualPlugin(context),
    devPlugin(context),
    ...buildPlugins(context),
  ];
}
