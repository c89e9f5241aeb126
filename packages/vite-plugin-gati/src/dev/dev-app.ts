import type { Logger } from '@gati/runtime-h3';
import type { ReleaseBundle } from '@gati/runtime-h3/app';
import { ABI, type AppContext } from '@gati/runtime-h3/internal';
import type { ForeignCode } from '@gati/runtime-h3/modules/host';
import type { Project } from '../project.ts';
import { readMigrations } from '../scan/read-migrations.ts';
import type { Scan } from '../scan/types.ts';
import { createDevContext } from './dev-context.ts';
import { createDevEffects } from './dev-effects.ts';
import { createDevModules } from './dev-modules.ts';
import { createDevRoutes } from './dev-routes.ts';
import type { DevMigrations } from './dev-migrations.ts';
import type { DevForeign } from './dev-foreign.ts';
import type { DevQueue } from './dev-queue.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import { createRouteLoader } from './load-route.ts';
import type { ModuleLoader } from './module-loader.ts';
import type { DevTelemetry } from './panel/dev-telemetry.ts';

/**
 * The app in development: one release whose routes, modules and effects are replaced in place.
 * Lives as long as the Vite server.
 */
export interface DevApp {
  /** The release for the next request. A change of `src/config.ts` creates another one. */
  release(): ReleaseBundle;
  /** Returns the global context of a release. */
  context(release: ReleaseBundle): Promise<AppContext>;
  /**
   * Applies a scan.
   *
   * @param changed files, from the root, whose code or contract changed
   */
  apply(scan: Scan, changed?: Set<string>): Promise<void>;
  /** Health of each module that is set up: empty if it can serve, otherwise the reason why not. */
  health(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

interface DevAppDependencies {
  project: Project;
  code: ModuleLoader;
  reporter: DiagnosticReporter;
  env: Record<string, string | undefined>;
  snapshots: FileSnapshots;
  queue: DevQueue;
  /** Logger of the app's code. */
  logger: Logger;
  /** Absent if nothing is collected. */
  telemetry: DevTelemetry | undefined;
  foreign: DevForeign;
  migrations: DevMigrations;
}

export function createDevApp({
  project,
  code,
  reporter,
  env,
  snapshots,
  queue,
  logger,
  telemetry,
  foreign,
  migrations,
}: DevAppDependencies): DevApp {
  const { root } = project;
  const loader = createRouteLoader({
    root,
    code,
    reporter,
    snapshots,
    analyzer: () => project.analyzer(),
  });
  let configFile: string | undefined;
  /** Foreign modules of the release, as JSON. */
  let foreignFacts = '';
  let foreignCode: ForeignCode | undefined;
  const context = createDevContext({
    root,
    env,
    logger,
    reporter,
    queue,
    telemetry,
    host: foreign.host,
    prepare: () => Promise.all([effects.readAllPayloads(), migrations.finish()]),
    configFile: () => configFile,
  });
  const routes = createDevRoutes(loader, reporter);
  const modules = createDevModules(code, context);
  const effects = createDevEffects({ project, code, reporter, hasContext: () => context.exists });
  let release = createRelease();

  function createRelease(): ReleaseBundle {
    const file = configFile;
    return {
      abi: ABI,
      version: project.app.version,
      id: 'rel_development',
      get contract() {
        return {
          routes: [...loader.contracts.values()],
          effects: [],
          modules: modules.list(),
          $defs: loader.$defs,
        };
      },
      routes: routes.all(),
      match: routes.match,
      modules: modules.loaders,
      effects: effects.bundled,
      databaseMigrations: () => readMigrations(root),
      ...(foreignCode && { foreign: foreignCode }),
      ...(file === undefined ? {} : { config: async () => (await code.load(file))['default'] }),
    };
  }

  return {
    release: () => release,
    context: (wanted) => context.get(wanted),
    async apply(scan, changed = new Set()) {
      if (routes.sync(scan, changed))
        Object.assign(release, { routes: routes.all(), match: routes.match });
      // A context reads `src/config.ts` and foreign modules once, so a change needs another one.
      const facts = JSON.stringify(scan.foreign ?? []);
      const hasForeign = facts !== (foreignFacts || '[]');
      if (hasForeign) {
        foreignFacts = facts;
        foreignCode = foreign.code(scan);
      }
      const isConfig = configFile !== undefined && changed.has(configFile);
      if (scan.config !== configFile || isConfig || hasForeign) {
        configFile = scan.config;
        release = createRelease();
        await context.renew(release);
      }
      await Promise.all([modules.sync(scan, changed), effects.sync(scan, changed)]);
    },
    health: () => context.health(),
    close: () => context.close(),
  };
}
