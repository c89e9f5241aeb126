import type { PluginContext } from '../context.ts';

/** Input for printing virtual modules. */
export interface VirtualInput {
  context: PluginContext;
  /** Absolute. */
  root(): string;
  hasClient(): boolean;
  /** Version of the release. The default is that of the app's `package.json`. */
  version?(): string | undefined;
  /** Called when all modules are read. */
  end?(): Promise<void>;
}

/** Prints the code of one virtual module. */
export type VirtualModule = (input: VirtualInput) => string | Promise<string>;
