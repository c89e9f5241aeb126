import { createContext } from '../context.ts';
import type { GatiOptions } from '../options.ts';
import type { VirtualInput } from './virtual-module.ts';

export interface StandaloneOptions extends GatiOptions {
  /** Root of the app. The default is the current folder. */
  root?: string;
}

/**
 * Creates the input of the virtual modules for bundlers other than Vite. They have no dev server.
 */
export function createStandaloneInput({
  root = process.cwd(),
  ...options
}: StandaloneOptions = {}): VirtualInput {
  const context = createContext(options);
  context.open(root);
  return { context, root: () => root, client: () => undefined, end: () => context.close() };
}
