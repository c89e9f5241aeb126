import type { Contract, Defs, Schema } from '@gati/contract';
import type { Guard, Handler, Logger, Middleware, SocketHooks } from './context.ts';
import type { EffectFile } from './effects.ts';
import type { BoundMethod, ForeignBinding, ModuleDescriptor, ModuleHost } from './foreign.ts';
import type { ModuleFile } from './modules.ts';
import type { MigrationFile } from './migration.ts';
import type { StandardSchema } from './standard-schema.ts';

/**
 * Version of the shape of {@link ReleaseBundle}. A release manager runs this version and the
 * previous one. Version 2 added guards: a server that does not know guards must not serve their
 * routes.
 */
export const ABI = 2;

/**
 * One release as code: the default export of `virtual:gati/release`. The build prints it with all
 * code inside; the development server makes it from loaded files.
 */
export interface ReleaseBundle {
  abi: typeof ABI;
  /** Semver. */
  version: string;
  /** `rel_…` */
  id: string;
  contract: Contract;
  /** One for each route of the contract, in its order. */
  routes: BundleRoute[];
  /**
   * Compiled route table (rou3). `method` is upper case, `WS` for WebSocket routes; `path` has
   * neither base nor query and is not decoded.
   */
  match(method: string, path: string): RouteMatch | undefined;
  modules: Record<string, Loader<ModuleFile>>;
  /** Modules that run outside of this process. Absent: there are none. */
  foreign?: ForeignCode;
  effects: Record<string, BundleEffect>;
  /**
   * Files of `src/versions`: migrations for requests and payloads of releases whose code is gone.
   */
  migrations?: MigrationFile[];
  /** Files of `src/migrations`, in their order. Absent: there are none. */
  databaseMigrations?: Loader<DatabaseMigration[]>;
  /** Default export of `src/config.ts`, if there is one: a Standard Schema for the environment. */
  config?: Loader<unknown>;
}

/** One file of `src/migrations`: SQL that changes the schema of the database. */
export interface DatabaseMigration {
  /** Name of the file: `0001_users.sql`. */
  name: string;
  sql: string;
}

export interface RouteMatch {
  data: BundleRoute;
  /** Not percent-decoded. */
  params?: Record<string, string>;
}

/**
 * A route of the table. It exists as long as the table; in development the code that it loads may
 * change.
 */
export interface BundleRoute {
  id: string;
  method: string;
  path: string;
  domain: string;
  /** `export const version` of the handler. */
  version?: string;
  /** `export const allowCrossSite = true`: takes forms that pages of other sites send. */
  allowCrossSite?: boolean;
  /**
   * Returns code and contract of one load, always together; a promise only until they are loaded.
   */
  load(): LoadedRoute | Promise<LoadedRoute>;
}

/** Returns a value that is available immediately or loads on first use. */
export type Loader<T> = () => T | Promise<T>;

export interface LoadedRoute {
  /** Absent for WebSocket routes. */
  handler?: Handler;
  socket?: SocketHooks;
  /** Run before the request is checked and its body is read, outermost first. Absent: none. */
  guards?: Guard[];
  /** Place of the declaration of each guard, for errors: `src/handlers/_guard.ts:3`. */
  guardPlaces?: string[];
  /** Outermost first. */
  middleware: Middleware[];
  /** Files of `middleware`, from the root of the app: names for telemetry. */
  middlewareFiles?: string[];
  input: {
    params?: InputCheck;
    query?: InputCheck;
    headers?: InputCheck;
    body?: BodyCheck;
    receive?: InputCheck;
  };
  /** Checks by status; `default` for the rest. Empty if no response is known. */
  output: Record<string, OutputCheck>;
}

/**
 * Check compiled from one schema of the contract. The schema, with the `$defs` of the contract,
 * explains what `check` rejects.
 */
export interface InputCheck {
  schema: Schema;
  /** Returns whether a wire value fits. Strings of params, query and headers are coerced first. */
  check(value: unknown): boolean;
  /** The schema has codecs, so values must be decoded after the check. */
  codecs?: boolean;
  /**
   * The schema value that the handler's file exports. It validates every value that `check` does not
   * accept, and the handler gets what it returns.
   */
  validator?: StandardSchema;
}

export interface BodyCheck extends InputCheck {
  contentTypes: string[];
  required: boolean;
}

export interface OutputCheck {
  schema?: Schema;
  contentType?: string;
  /** The author's schema for this status. What it returns is sent. */
  validator?: StandardSchema;
  /**
   * Serializer that is faster than `JSON.stringify` and drops no field. Absent: `JSON.stringify`
   * with the codecs.
   */
  stringify?(value: unknown): string;
  /** Present if the handler declares a strict response. */
  check?(value: unknown): boolean;
}

export interface BundleEffect {
  load: Loader<EffectFile>;
  /** Its `validator` runs when a job is enqueued and when it runs; the job keeps the input. */
  payload?: InputCheck;
}

/** Remembers the request or run that code runs in, for the deadlines of module calls. */
export interface CallScope {
  run<Result>(call: ScopedCall, work: () => Result): Result;
  /** Returns the route with functions that run in the scope of their request. */
  route(route: LoadedRoute): LoadedRoute;
}

export interface ScopedCall {
  readonly signal: AbortSignal;
  /** `performance.now()` at which the call must have ended. Absent: none. */
  readonly deadline?: number;
}

/** Loads the code that calls foreign modules. Only releases with such modules contain it. */
export interface ForeignCode {
  /** By name. */
  modules: Record<string, ForeignBinding>;
  load(): Promise<ForeignRuntime>;
  /** Set once the code is loaded. */
  scope?: CallScope;
  /** Place of the modules in a release of sources, as `testApp` has it. Absent in a build. */
  place?: ForeignPlace;
}

export interface ForeignPlace {
  /** Folder that paths of sources start from. */
  root: string;
  /** Folder of the programs that run some kinds of modules. */
  programs: string;
}

export interface ForeignRuntime {
  readonly callScope: CallScope;
  /** Returns what a descriptor of a new process breaks for a release: one sentence each. */
  findBreaks(
    name: string,
    contract: Pick<Contract, 'modules' | '$defs'>,
    descriptor: ModuleDescriptor,
    bound?: Readonly<Record<string, BoundMethod>>,
  ): string[];
  /** Returns the values of variables in headers, which logs must not contain. */
  listSecrets(options: Pick<ForeignOptions, 'modules' | 'env'>): string[];
  /** Returns the modules as files of `src/modules` would be. */
  createForeignModules(options: ForeignOptions): Record<string, Loader<ModuleFile>>;
}

export interface ForeignOptions {
  modules: Record<string, ForeignBinding>;
  $defs: Defs;
  /** Id of the release, which modules get with each call. */
  release: string;
  host: ModuleHost | undefined;
  logger: Logger;
  /** Whether telemetry adds `traceparent` to requests. */
  isTraced: boolean;
  /** Folder that paths of sources start from. */
  root: string;
  /** Values of the variables that headers of requests use. */
  env: Readonly<Record<string, string | undefined>>;
}
