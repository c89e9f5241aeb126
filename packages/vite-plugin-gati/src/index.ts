import type { Plugin } from 'vite';
import { buildPlugins } from './build/plugin.ts';
import { createContext } from './context.ts';
import { environmentPlugin } from './environment.ts';
import type { GatiOptions } from './options.ts';

export type { CorsOptions, GatiOptions, Limits } from './options.ts';

/** Turns the files in `src/handlers` into a backend: typed, validated, served in development and built. */
export default function gati(options: GatiOptions = {}): Plugin[] {
  const context = createContext(options);
  return [environmentPlugin(context), ...buildPlugins(context)];
}
