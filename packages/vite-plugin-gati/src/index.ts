import type { Plugin } from 'vite';
import { createContext } from './context.ts';
import type { GatiOptions } from './options.ts';
import { createPlugins } from './plugins/create-plugins.ts';

export type { GatiOptions } from './options.ts';

/** Turns the files in `src/handlers` into a backend: typed, validated, served in development and built. */
export default function gati(options: GatiOptions = {}): Plugin[] {
  return createPlugins(createContext(options));
}
