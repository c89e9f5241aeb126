import type { Plugin } from 'vite';
import type { PluginContext } from '../context.ts';
import { buildPlugins } from './build.ts';
import { devPlugin } from './dev.ts';
import { environmentPlugin } from './environment.ts';
import { virtualPlugin } from './virtual.ts';

/** Creates the plugins that `gati()` consists of, in the order in which Vite runs them. */
export function createPlugins(context: PluginContext): Plugin[] {
  return [
    environmentPlugin(context),
    virtualPlugin(context),
    devPlugin(context),
    ...buildPlugins(context),
  ];
}
