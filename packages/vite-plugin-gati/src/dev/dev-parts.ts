import path from 'node:path';
import type { Logger } from '@gati/runtime-h3';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import {
  isRunnableDevEnvironment,
  loadEnv,
  type ResolvedConfig,
  type RunnableDevEnvironment,
  type ViteDevServer,
} from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { readText } from '../files/read-text.ts';
import { noHandlers } from '../scan/no-handlers.ts';
import type { Scan } from '../scan/types.ts';
import { type ConfigFiles, createConfigFiles } from './config-files.ts';
import { createDevApp, type DevApp } from './dev-app.ts';
import { createDevForeign, type DevForeign } from './dev-foreign.ts';
import { createDevMigrations, type DevMigrations } from './dev-migrations.ts';
import { createDevQueue, type DevQueue } from './dev-queue.ts';
import { createDiagnosticReporter, type DiagnosticReporter } from './diagnostic-reporter.ts';
import { createFileSnapshots, type FileSnapshots } from './file-snapshots.ts';
import { createGenerator, type Generator } from './generate-in-background.ts';
import { emitMissedChanges, type MissedChanges } from './missed-changes.ts';
import { createModuleLoader, type ModuleLoader } from './module-loader.ts';
import { createDevTelemetry, type DevTelemetry } from './panel/dev-telemetry.ts';
import { createResolutions, type Resolutions } from './resolutions.ts';

/** Parts of a development server that serve no request themselves. */
export interface DevParts {
  environment: RunnableDevEnvironment;
  /** Variables of the shell and of `.env` files. */
  env: Record<string, string | undefined>;
  hasPanel: boolean;
  snapshots: FileSnapshots;
  code: ModuleLoader;
  resolutions: Resolutions;
  reporter: DiagnosticReporter;
  missed: MissedChanges;
  configs: ConfigFiles;
  /** Absent if nothing is collected. */
  telemetry: DevTelemetry | undefined;
  logger: Logger;
  queue: DevQueue;
  migrations: DevMigrations;
  foreign: DevForeign;
  devApp: DevApp;
  generator: Generator;
  /** The scan with all changes so far: other changes may have been applied while one waited. */
  latestScan(): Scan;
  /** Reports an app without handlers: its root may be wrong. */
  checkHandlers(): void;
}

interface DevEvents {
  /** Called after a burst that created or deleted files. */
  onSettled(): void;
  /** Called when the contract of a foreign module changed. */
  onModulesChange(): void;
  /** Whether requests are running. */
  isBusy(): boolean;
}

/** Creates the parts of a development server, each with those that it needs. */
export function createDevParts(
  server: ViteDevServer,
  context: PluginContext,
  events: DevEvents,
): DevParts {
  const environment = server.environments[ENVIRONMENT];
  if (!environment || !isRunnableDevEnvironment(environment))
    throw new Error(`gati: the environment '${ENVIRONMENT}' can't run code`);
  const { project } = context;
  const { root, logger: viteLogger } = server.config;

  /** The scan with all changes so far: other changes may have been applied while one waited. */
  const latestScan = (): Scan => project.update(new Map());

  const snapshots = createFileSnapshots();
  const code = createModuleLoader(environment, snapshots);
  const resolutions = createResolutions(environment);
  const reporter = createDiagnosticReporter(server);
  const missed = emitMissedChanges(server, events.onSettled);
  const configs = createConfigFiles(server, missed.follow);
  const packageFile = path.posix.join(root, 'package.json');
  missed.follow(packageFile, readText(packageFile) ?? '');
  const env = readEnv(server.config);
  const hasPanel = project.options.panel && env['GATI_PANEL'] !== 'off';
  const telemetry =
    hasPanel && env['GATI_TELEMETRY'] !== 'off'
      ? createDevTelemetry({
          name: project.app.name,
          root,
          env,
          warn: (message) => viteLogger.warn(message),
        })
      : undefined;
  const logger = telemetry?.collect(createTextLogger()) ?? createTextLogger();
  const queue = createDevQueue(env, logger);
  const migrations = createDevMigrations({ root, env, viteLogger, reporter });
  const foreign = createDevForeign({
    server,
    project,
    reporter,
    env,
    logger,
    onContractChange: events.onModulesChange,
  });
  const devApp = createDevApp({
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
  });
  project.useSchemaLoader(async (file, exportName) => (await code.load(file))[exportName]);
  const generator = createGenerator({
    server,
    project,
    reporter,
    isBusy: events.isBusy,
    onContractChange: (files) =>
      files.length > 0 && void devApp.apply(latestScan(), new Set(files)),
  });
  return {
    environment,
    env,
    hasPanel,
    snapshots,
    code,
    resolutions,
    reporter,
    missed,
    configs,
    telemetry,
    logger,
    queue,
    migrations,
    foreign,
    devApp,
    generator,
    latestScan,
    checkHandlers: () => reporter.set('handlers', noHandlers(root)),
  };
}

/** Returns the variables of the shell and of `.env` files. Those of the shell take precedence. */
function readEnv({ envDir, mode }: ResolvedConfig): Record<string, string | undefined> {
  return { ...(envDir === false ? {} : loadEnv(mode, envDir, '')), ...process.env };
}
