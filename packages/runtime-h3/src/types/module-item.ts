/** Isolation and permissions of a module. */
export interface ModuleItem {
  name: string;
  source: string;
  /** Absent: not known, or the module is a file of the app. */
  version?: string;
  grants: ModuleGrants;
  level: IsolationLevel;
  /** `ok`, or why the module can't be called; `unknown` if nothing runs it. */
  health: string;
}

export interface ModuleGrants {
  /** Whether the module can open connections. */
  network: boolean;
  /** Names of the environment variables that it gets; `all` in the app's process. */
  env: string[] | 'all';
  /** Whether the module can read and write files of the app's user. */
  files: boolean;
}

/**
 * - `L0`: in the process of the app, trusted.
 * - `L1`: a Node process with `--permission`, against mistakes.
 * - `L2`: a separate process, or a container, with limits.
 * - `L3`: another machine or deployment.
 * - `L3'`: WebAssembly without files and network.
 */
export type IsolationLevel = 'L0' | 'L1' | 'L2' | 'L3' | "L3'";

/** The module that serves after a swap. */
export interface SwappedModule {
  name: string;
  version: string;
}

/** The modules that run outside of the app's process, for the panel. */
export interface ModulesPort {
  list(): Promise<ModuleItem[]>;
  /**
   * Starts a new process from the source of the running one, moves all calls to it, and ends the
   * old one.
   *
   * @throws {GatiError} with the reason why the running process stays
   */
  swap(name: string): Promise<SwappedModule>;
}
