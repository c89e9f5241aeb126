import type { Plugin } from 'vite';
import { createContext } from './context.ts';
import type { GatiOptions } from './options.ts';
import { createPlugins } from './plugins/create-plugins.ts';

export type { GatiOptions } from './options.ts';

/**
 * The Vite plugin. It turns the files in `src/handlers` into a typed, validated backend that Vite
 * serves in development and builds for production.
 *
 * @example
 * // vite.config.ts
 * import gati from 'vite-plugin-gati';
 * import { defineConfig } from 'vite';
 *
 * export default defineConfig({ plugins: [gati({ base: '/api' })] });
 */
export default function gati(options: GatiOptions = {}): Plugin[] {
  return createPlugins(createContext(options));
}
