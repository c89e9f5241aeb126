import type { GlobalContext } from './context.ts';

/** What a file in `src/modules` exports: functions, which are the module, or a definition as default. */
export type ModuleFile = Record<string, unknown> & { default?: unknown };

export interface ModuleDefinition<Api = unknown> {
  /** Called once a process, before the first request. Its result is `gctx.modules.<name>`. */
  setup(gctx: GlobalContext): Api | Promise<Api>;
  /** Called when the module is swapped or the process drains. */
  dispose?(api: Api): void | Promise<void>;
  /** Answers for `/readyz`; throw or return `false` when the module can't serve. */
  health?(api: Api): boolean | void | Promise<boolean | void>;
}
