import type { GlobalContext } from './context.ts';

/**
 * Exports of a file in `src/modules`: functions, which are the module, or a definition as default.
 */
export type ModuleFile = Record<string, unknown> & { default?: unknown };

/** Definition of a module with setup, cleanup or a health check. `defineModule` types it. */
export interface ModuleDefinition<Api = unknown> {
  /**
   * Runs once per release and process, before the first request; in development again after an
   * edit. Its result is `gctx.modules.<name>`. If it throws, the release does not start.
   */
  setup(gctx: GlobalContext): Api | Promise<Api>;
  /** Runs when the process shuts down, in reverse order of setup, and when an edit replaces it. */
  dispose?(api: Api): void | Promise<void>;
  /** Runs for each `GET /readyz`: throw or return `false` to respond 503. */
  health?(api: Api): boolean | void | Promise<boolean | void>;
}
