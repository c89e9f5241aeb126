import path from 'node:path';
import { createForeignModules } from '../../../src/foreign/index.ts';
import { ModuleProcesses } from '../../../src/module-host/module-host.ts';
import type { CallOptions } from '../../../src/foreign/foreign-module.ts';
import { createJsonLogger } from '../../../src/telemetry/log/logger.ts';
import type { GlobalContext } from '../../../src/types/context.ts';
import type { BoundMethod, ForeignDeclaration } from '../../../src/types/foreign.ts';

type Method = (input?: unknown, options?: CallOptions) => Promise<unknown>;

export interface OpenedModules {
  host: ModuleProcesses;
  /** Log lines, parsed. */
  log: Record<string, unknown>[];
  /** Opens `gctx.modules.<name>` as one release sees it. */
  open(declaration: ForeignDeclaration, methods: Record<string, BoundMethod>): Promise<TestModule>;
  close(): Promise<void>;
}

export type TestModule = Record<string, Method> & {
  items: (input: { n: number }) => AsyncIterable<unknown>;
};

/**
 * Runs the modules of tests.
 *
 * @param servers servers of containers that run elsewhere
 */
export function openModules(
  env: Record<string, string> = {},
  servers?: ReadonlyMap<string, URL>,
): OpenedModules {
  const log: Record<string, unknown>[] = [];
  const logger = createJsonLogger({
    level: 'debug',
    write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
  });
  const host = new ModuleProcesses({
    root: path.dirname(import.meta.dirname),
    programs: path.resolve(import.meta.dirname, '../../../dist/programs'),
    logger,
    env: { ...process.env, ...env },
    servers,
  });
  const opened: { dispose?(api: unknown): unknown }[] = [];
  return {
    host,
    log,
    async open(declaration, methods) {
      const files = createForeignModules({
        modules: { [declaration.name]: { ...declaration, methods } },
        $defs: {},
        release: 'rel_test',
        host,
        logger,
        isTraced: false,
        root: path.dirname(import.meta.dirname),
        env,
      });
      const file = await files[declaration.name]!();
      const definition = file.default as {
        setup(gctx: GlobalContext): Promise<TestModule>;
        dispose(api: unknown): Promise<void>;
      };
      opened.push(definition);
      return definition.setup({} as GlobalContext);
    },
    async close() {
      await Promise.all(opened.map((definition) => definition.dispose?.(undefined)));
      await host.stop();
    },
  };
}
