import type { Logger } from '@gati/runtime-h3';
import type { ReleaseBundle } from '@gati/runtime-h3/app';
import { type AppContext, createGlobalContext } from '@gati/runtime-h3/internal';
import type { ModuleHost } from '@gati/runtime-h3/modules/host';
import { diagnoseError } from './diagnose-error.ts';
import type { DevQueue } from './dev-queue.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import type { DevTelemetry } from './panel/dev-telemetry.ts';

/** Milliseconds for modules to dispose and effects to end. */
const DISPOSE_TIMEOUT = 2000;

/** The global context of the app in development. It is created by the first request. */
export interface DevContext {
  /** Whether a context exists or is being created. */
  readonly exists: boolean;
  /** Returns the context of a release. Another release gets another context. */
  get(release: ReleaseBundle): Promise<AppContext>;
  /**
   * Runs `action` on the current context and reports its failure under `source`. Without a context,
   * does nothing: the next context is created with the change.
   */
  update(
    action: (context: AppContext) => Promise<void>,
    source: string,
    file: string,
  ): Promise<void>;
  /** Replaces the current context, if there is one, by one of `release`. */
  renew(release: ReleaseBundle): Promise<void>;
  /** Health of each module that is set up: empty if it can serve, otherwise the reason why not. */
  health(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

interface DevContextDependencies {
  root: string;
  env: Record<string, string | undefined>;
  logger: Logger;
  reporter: DiagnosticReporter;
  queue: DevQueue;
  /** Absent if nothing is collected. */
  telemetry: DevTelemetry | undefined;
  /** Runs the processes of foreign modules. */
  host: ModuleHost;
  /** Called before a context is created. */
  prepare(): Promise<unknown>;
  /** The file of the app's configuration, from the root. */
  configFile(): string | undefined;
}

export function createDevContext({
  root,
  env,
  logger,
  reporter,
  queue,
  telemetry,
  host,
  prepare,
  configFile,
}: DevContextDependencies): DevContext {
  let current: { release: ReleaseBundle; created: Promise<AppContext> } | undefined;

  async function create(release: ReleaseBundle): Promise<AppContext> {
    try {
      await prepare();
      const created = await createGlobalContext({
        release,
        mode: 'development',
        logger,
        env,
        host,
        root,
        effects: { queue: () => queue.open() },
        ...(telemetry && { log: telemetry.write, tracer: telemetry.tracer }),
      });
      telemetry?.hide(created.secrets);
      created.effects.start();
      reporter.delete('context');
      return created;
    } catch (error) {
      // A newer release may already have its context.
      if (current?.release === release)
        reporter.set('context', [diagnoseError(error, root, configFile())]);
      throw error;
    }
  }

  const context: DevContext = {
    get exists() {
      return current !== undefined;
    },
    get(release) {
      if (current?.release === release) return current.created;
      const entry = { release, created: create(release) };
      entry.created.catch(() => {
        if (current === entry) current = undefined;
      });
      current = entry;
      return entry.created;
    },
    async update(action, source, file) {
      const running = await current?.created.catch(() => undefined);
      if (!running) return;
      try {
        await action(running);
        reporter.delete(source);
      } catch (error) {
        reporter.set(source, [diagnoseError(error, root, file)]);
      }
    },
    async renew(release) {
      const previous = current;
      if (!previous) return;
      await context.get(release).catch(() => undefined);
      await dispose(previous.created);
    },
    async health() {
      const running = await current?.created.catch(() => undefined);
      if (!running) return {};
      const names = Object.keys(running.modules.api);
      return {
        ...Object.fromEntries(names.map((name) => [name, ''])),
        ...(await running.health()),
      };
    },
    async close() {
      const previous = current;
      current = undefined;
      if (previous) await dispose(previous.created);
    },
  };
  return context;
}

async function dispose(created: Promise<AppContext>): Promise<void> {
  await created.then((context) => context.dispose(DISPOSE_TIMEOUT)).catch(() => undefined);
}
