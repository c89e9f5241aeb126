import { createContext } from '../context.ts';
import type { GatiOptions } from '../options.ts';
import type { VirtualInput } from './unplugin.ts';

export interface StandaloneOptions extends GatiOptions {
  /** Of the app; the current folder by default. */
  root?: string;
}

/** For bundlers other than Vite: they have the virtual modules, and no development server. */
export function toStandaloneInput({
  root = process.cwd(),
  ...options
}: StandaloneOptions = {}): VirtualInput {
  const context = createContext(options);
  context.open(root);
  return { context, root: () => root, hasClient: () => false, end: () => context.close() };
}
