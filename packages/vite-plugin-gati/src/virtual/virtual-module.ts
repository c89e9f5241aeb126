import type { PluginContext } from '../context.ts';

/** Addresses of the client's files. */
export interface ClientPlace {
  /** Vite's `base` as a path: `/app/`. */
  base: string;
  /** Vite's `build.assetsDir`. */
  assetsDir: string;
}

/** Input for printing virtual modules. */
export interface VirtualInput {
  context: PluginContext;
  /** Absolute. */
  root(): string;
  /** Addresses of the client's files in a build; `undefined` without a client. */
  client(): ClientPlace | undefined;
  /** Version of the release. The default is that of the app's `package.json`. */
  version?(): string | undefined;
  /** Whether the modules are for a development server. Absent: they are for a build. */
  development?(): boolean;
  /** Called when all modules are read. */
  end?(): Promise<void>;
}

/** Prints the code of one virtual module. */
export type VirtualModule = (input: VirtualInput) => string | Promise<string>;
