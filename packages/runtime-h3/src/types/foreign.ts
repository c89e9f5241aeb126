import type { ContainerScaling, Defs, JsonSchema, Schema } from '@gati/contract';

/** Limits of one foreign module. Times are milliseconds, sizes bytes. */
export interface ModuleLimits {
  /** Longest call outside of a request, which has a deadline itself. */
  timeout: number;
  /** Largest input of a call. */
  input: number;
  /** Largest response of a call, or largest item of a stream. */
  output: number;
  /** Calls of one process at the same time. */
  concurrency: number;
  /** Calls of one process that wait for another one to end. */
  queue: number;
  /** Further attempts of an idempotent call. */
  retries: number;
  /** Failed calls in a row after which calls fail at once. */
  failures: number;
  /** Time before a call is tried again after that. */
  pause: number;
  /** Time until the handshake line of a process. */
  handshake: number;
  /** Time between SIGTERM and SIGKILL. */
  stop: number;
  /** Time before the first restart of a process; each further one waits twice as long. */
  restart: number;
  /** Longest time before a restart. */
  maxRestart: number;
  /** Time between two health checks of a process. */
  health: number;
  /** Memory of a `wasm:` instance, a container, or the processes of a module. */
  memory: number;
  /** Processes of a module at the same time. */
  processes: number;
  /** CPUs that the processes of a module use. */
  cpus: number;
}

export const MODULE_LIMITS: Readonly<ModuleLimits> = {
  timeout: 30_000,
  input: 8_388_608,
  output: 8_388_608,
  concurrency: 64,
  queue: 256,
  retries: 2,
  failures: 5,
  pause: 5000,
  handshake: 10_000,
  stop: 5000,
  restart: 500,
  maxRestart: 30_000,
  health: 5000,
  memory: 67_108_864,
  processes: 256,
  cpus: Infinity,
};

/** Host of requests to a process of a module, in its `Host` header and in spans. */
export const MODULE_HOST = 'module';

/** Declaration of a module that runs outside of the app's process. Plain data. */
export interface ForeignDeclaration {
  name: string;
  /** As the app declares it: `exec:./modules/scorer`. */
  source: string;
  /** Pinned version of the module. */
  version?: string;
  /** The source with paths inside of the build. Absent: `source`. */
  run?: string;
  /** Names of environment variables that the process gets. */
  env?: string[];
  /** Whether an `npm:` module runs in a separate process, and another one in a sandbox. */
  isolate?: true;
  /** Permissions of a module in a sandbox. By default it may only compute. */
  allow?: ModuleAllowances;
  /** Files and folders besides that of the program. */
  files?: string[];
  /** Headers of requests to a service. `${NAME}` is an environment variable. */
  headers?: Record<string, string>;
  /** Address of the OpenAPI document of an `http:` or `https:` module. */
  openapi?: string;
  /** Pods of a `docker:` module in a cluster. */
  scaling?: ContainerScaling;
  limits?: Partial<ModuleLimits>;
}

/**
 * Permissions that a sandbox does not give by default. Paths are relative to the root of the app.
 */
export interface ModuleAllowances {
  /** Files and folders that it may read. */
  read?: string[];
  /** Files and folders that it may read and write. */
  write?: string[];
  /** Whether it may open connections. */
  network?: boolean;
}

/** A foreign module as a release uses it: the methods of its pinned contract. */
export interface ForeignBinding extends ForeignDeclaration {
  methods: Record<string, BoundMethod>;
  /** Definitions of its schemas. Absent: those of the release. */
  $defs?: Defs;
}

export interface BoundMethod {
  idempotent?: true;
  stream?: true;
  /** HTTP request of an OpenAPI operation: `GET /users/{id}`. */
  operation?: string;
  /** Check of the result, or of each item of a stream. Absent: any value fits. */
  output?: { schema: Schema; check(value: unknown): boolean };
}

/** `GET /.well-known/gati-module`: what a module says about itself. */
export interface ModuleDescriptor {
  name: string;
  /** Semver. */
  version: string;
  /** Version of the protocol. */
  protocol: 1;
  methods: Record<string, MethodDescriptor>;
}

export interface MethodDescriptor {
  /** JSON Schema 2020-12 of the argument. */
  input?: JsonSchema;
  /** JSON Schema 2020-12 of the result, or of each item of a stream. */
  output?: JsonSchema;
  idempotent?: boolean;
  stream?: boolean;
  /** HTTP request of an OpenAPI operation. */
  operation?: string;
}

/** Address at which a module can be called. */
export interface ModuleState {
  /**
   * `unix:/path` or `tcp:127.0.0.1:4000`, or the HTTP origin of a module that another deployment
   * runs. Absent: the module can't be called.
   */
  address?: string;
  /** Source of a module without a process, after a swap too. */
  source?: string;
  /** Why it can't be called. */
  reason?: string;
}

/** Supervisor of module processes, as a process that calls modules sees it. */
export interface ModuleHost {
  /**
   * Reports the state of a module now, if it is known, and after each change. A promise of
   * `onChange` resolves when no call uses the earlier address. Returns a function that ends it.
   */
  follow(name: string, onChange: (state: ModuleState) => Promise<void> | void): () => void;
}
