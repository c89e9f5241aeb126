import type { Contract, Schema } from '@gati/contract';
import type { Handler, Middleware, SocketHooks } from './context.ts';
import type { EffectFile } from './effects.ts';
import type { ModuleFile } from './modules.ts';
import type { MigrationFile } from './migration.ts';

/** The shape of {@link ReleaseBundle}. A host runs this one and the one before. */
export const ABI = 1;

/**
 * One release as the host runs it: the default export of `virtual:gati/release`.
 * The build prints it with all code inside; the development server makes it from live files.
 */
export interface ReleaseBundle {
  abi: typeof ABI;
  /** Semver. */
  version: string;
  /** `rel_…` */
  id: string;
  contract: Contract;
  /** One a route of the contract, in its order. */
  routes: BundleRoute[];
  /** Compiled route table (rou3). `method` is upper case, `WS` for upgrades; `path` has no base and no query and is not decoded. */
  match(method: string, path: string): RouteMatch | undefined;
  modules: Record<string, Loader<ModuleFile>>;
  effects: Record<string, BundleEffect>;
  /** Files of `src/versions`: what carries the requests and payloads of releases whose code is gone. */
  migrations?: MigrationFile[];
  /** Default export of `src/config.ts`, if there is one: a Standard Schema over the environment. */
  config?: Loader<unknown>;
}

export interface RouteMatch {
  data: BundleRoute;
  /** Raw, not percent-decoded. */
  params?: Record<string, string>;
}

/** A route's place in the table: fixed while the table stands. What it runs may change in development. */
export interface BundleRoute {
  id: string;
  method: string;
  path: string;
  domain: string;
  /** `export const version` of the handler. */
  version?: string;
  /** Code and contract of one moment, always together. A promise only until they are loaded. */
  load(): LoadedRoute | Promise<LoadedRoute>;
}

/** A value that is there at once or loads on first use. */
export type Loader<T> = () => T | Promise<T>;

export interface LoadedRoute {
  /** Absent for `WS`. */
  handler?: Handler;
  socket?: SocketHooks;
  /** Outermost first. */
  middleware: Middleware[];
  input: {
    params?: InputCheck;
    query?: InputCheck;
    headers?: InputCheck;
    body?: BodyCheck;
    receive?: InputCheck;
  };
  /** By status; `default` for the rest. Empty where nothing is known. */
  output: Record<string, OutputCheck>;
}

/** Compiled from one schema of the contract. The schema explains what `check` refused, `$defs` are the contract's. */
export interface InputCheck {
  schema: Schema;
  /** Whether a wire value (after coercion of strings for params, query and headers) fits. */
  check(value: unknown): boolean;
  /** The schema has codecs, so that wire values must be decoded after the check. */
  codecs?: boolean;
}

export interface BodyCheck extends InputCheck {
  contentTypes: string[];
  required: boolean;
}

export interface OutputCheck {
  schema?: Schema;
  contentType?: string;
  /** Faster than `JSON.stringify`, drops nothing. Absent: `JSON.stringify` with the codecs. */
  stringify?(value: unknown): string;
  /** Present where the author declared a strict response. */
  check?(value: unknown): boolean;
}

export interface BundleEffect {
  load: Loader<EffectFile>;
  payload?: InputCheck;
}
