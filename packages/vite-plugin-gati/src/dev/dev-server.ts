import path from 'node:path';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import {
  isRunnableDevEnvironment,
  loadEnv,
  normalizePath,
  type ResolvedConfig,
  type ViteDevServer,
} from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { readText } from '../files/read-text.ts';
import { roleOf } from '../scan/layout.ts';
import { noHandlers } from '../scan/no-handlers.ts';
import type { Scan } from '../scan/types.ts';
import { createBatches } from './batches.ts';
import { createConfigFiles } from './config-files.ts';
import { createDevApp } from './dev-app.ts';
import { createDevForeign } from './dev-foreign.ts';
import { isDeclaration } from '../foreign/read-declarations.ts';
import { isMigration } from '../scan/read-migrations.ts';
import { printThrown } from './diagnose-error.ts';
import { createDevMigrations } from './dev-migrations.ts';
import { createDevQueue } from './dev-queue.ts';
import { createDiagnosticReporter } from './diagnostic-reporter.ts';
import { createFileSnapshots } from './file-snapshots.ts';
import { replaceFullReload } from './full-reload.ts';
import { createGenerator } from './generate-in-background.ts';
import { createModuleLoader } from './module-loader.ts';
import { emitMissedChanges } from './missed-changes.ts';
import { type FileChange, readChange, type ReadChange } from './read-change.ts';
import { createDevTelemetry } from './panel/dev-telemetry.ts';
import { createPanelPorts } from './panel/ports.ts';
import { type DevPanel, mountPanel } from './panel/mount-panel.ts';
import { createRequestLog } from './request-log.ts';
import { createResolutions } from './resolutions.ts';
import { serveApp } from './serve.ts';
import { logStart } from './log-start.ts';
import { announceServer } from './running-server.ts';
import { surviveUncaught } from './uncaught.ts';
import { respondUnmatched } from './unmatched.ts';

/**
 * Everything that Gati adds to one Vite server in development. A restarted server gets another one.
 */
export interface DevServer {
  /** Resolves to `undefined` if the panel is off or not installed. */
  panel: DevPanel['loaded'];
  /**
   * Resolves an import of a module, and records the file that it resolves to.
   *
   * @param resolve resolves to `null` if the import does not resolve
   */
  resolveImport<Resolved extends { id: string }>(
    importer: string,
    source: string,
    resolve: () => Promise<Resolved | null>,
  ): Promise<Resolved | null>;
  /** Records the content that a module was made from. */
  moduleTransformed(file: string, text: string): void;
  /**
   * Returns the content that a file's module must be made from, if the file changed since the
   * start.
   */
  snapshotOf(file: string): string | undefined;
  /** Resolves when the change of a file is applied. */
  applyChange(change: FileChange): Promise<void>;
  /** Adds the middleware that runs after those of Vite. */
  addLastMiddleware(): void;
  close(): Promise<void>;
}

/** A change whose file is read, with its effect on imports. */
interface AppliedChange extends ReadChange {
  changesResolutions: boolean;
  rereadsConfigs: boolean;
}

export function createDevServer(server: ViteDevServer, context: PluginContext): DevServer {
  const environment = server.environments[ENVIRONMENT];
  if (!environment || !isRunnableDevEnvironment(environment))
    throw new Error(`gati: the environment '${ENVIRONMENT}' can't run code`);
  const { project } = context;
  const { root, logger: viteLogger } = server.config;
  const snapshots = createFileSnapshots();
  const code = createModuleLoader(environment, snapshots);
  const resolutions = createResolutions(environment);
  const reporter = createDiagnosticReporter(server);
  const missed = emitMissedChanges(
    server,
    () => void ready.then(refreshResolutions).catch(() => undefined),
  );
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
    onContractChange: () => void ready.then(applyModules).catch(() => undefined),
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
    isBusy: () => app.inflight > 0,
    onContractChange: (files) =>
      files.length > 0 && void devApp.apply(latestScan(), new Set(files)),
  });
  const ready = missed.ready
    .then(() => project.scan())
    .then(async (scan) => {
      if (project.foreign.declared.length === 0) return start(scan);
      await foreign.sync();
      return start(latestScan());
    });
  ready.catch((error: unknown) =>
    viteLogger.error(`gati: the app can't be read: ${printThrown(error)}`),
  );
  const log = project.options.requestLog ? createRequestLog(viteLogger) : undefined;
  const unmatched = respondUnmatched({
    server,
    context,
    latestScan: () => latestScan(),
    log,
    panel: () => panel?.loaded,
  });
  const panel: DevPanel | undefined = hasPanel
    ? mountPanel(server, {
        context,
        telemetry,
        ready,
        latestScan: () => latestScan(),
        ports: createPanelPorts({
          root,
          env,
          devApp,
          queue,
          declared: () => project.foreign.declared,
          diagnostics: reporter.current,
        }),
      })
    : undefined;
  const app = serveApp(server, devApp, {
    options: project.options,
    ready,
    log,
    unmatched,
    logger,
    telemetry,
  });
  if (hasPanel) announceServer(server, root);
  logStart(
    server,
    project,
    ready.then(() => latestScan()),
    panel?.loaded,
  );
  const stopSurviving = surviveUncaught(server);
  replaceFullReload(environment, () => void ready.then(reloadAll).catch(() => undefined));
  let lastRead: Promise<unknown> = Promise.resolve();

  /** The scan with all changes so far: other changes may have been applied while one waited. */
  const latestScan = (): Scan => project.update(new Map());

  /** Reports an app without handlers: its root may be wrong. */
  const checkHandlers = (): void => reporter.set('handlers', noHandlers(root));

  async function start(scan: Scan): Promise<void> {
    await migrations.apply();
    await devApp.apply(scan);
    checkHandlers();
    // Later, so that it does not compete with the first request.
    if (server.httpServer) generator.schedule(scan);
  }

  /** Applies new contracts of foreign modules. */
  async function applyModules(): Promise<void> {
    context.invalidate();
    const scan = latestScan();
    await devApp.apply(scan);
    generator.schedule(
      scan,
      scan.routes.map(({ file }) => file),
    );
  }

  /**
   * Invalidates modules whose imports resolve differently now. The resolver may have read the disk
   * between two of many changes, and may have cached that state.
   */
  async function refreshResolutions(): Promise<void> {
    resolutions.filesChanged();
    await resolutions.rereadConfigs();
    const changed = await code.invalidate(await resolutions.findStale(), Date.now());
    if (changed.size > 0) await devApp.apply(latestScan(), changed);
  }

  /** Applies changes together: 200 files of a checkout are one change of the app. */
  const batches = createBatches(async (changes: AppliedChange[]) => {
    const changed = new Set<string>();
    if (changes.some((change) => change.changesResolutions)) {
      if (changes.some((change) => change.rereadsConfigs)) await resolutions.rereadConfigs();
      const stale = await resolutions.findStale();
      for (const file of await code.invalidate(stale, Date.now())) changed.add(file);
    }
    project.update(new Map(changes.map(({ file, text }) => [file, text])));
    for (const { affected } of changes) for (const file of affected) changed.add(file);
    for (const file of await project.invalidate(changes.map(({ file }) => file))) changed.add(file);
    context.invalidate();
    if (changes.some(({ file }) => isDeclaration(file))) await foreign.sync();
    if (changes.some(({ file }) => isMigration(file))) await migrations.apply();
    await devApp.apply(latestScan(), changed);
    checkHandlers();
    generator.schedule(latestScan(), changed);
  });

  /** Applies an edit of a configuration, which any module may depend on. */
  async function reloadAll(): Promise<void> {
    const edited = await configs.refresh();
    await resolutions.rereadConfigs();
    const changed = await code.invalidateAll();
    const files = edited.map((file) => normalizePath(path.relative(root, file)));
    for (const file of await project.invalidate(files)) changed.add(file);
    context.invalidate();
    await devApp.apply(latestScan(), changed);
    generator.schedule(latestScan(), changed);
  }

  /**
   * Returns a change as `create` if the watcher reports the creation of a file as an edit. It does so
   * when the file was deleted within the 100 ms before.
   */
  function correctType(change: FileChange): FileChange {
    const { type, file } = change;
    const isKnown =
      roleOf(path.posix.relative(root, file)) !== undefined || resolutions.leadTo(file);
    return type === 'update' && !isKnown ? { ...change, type: 'create' } : change;
  }

  return {
    panel: panel?.loaded ?? Promise.resolve(undefined),
    async resolveImport(importer, source, resolve) {
      const resolved = await resolutions.current(resolve);
      resolutions.add(importer, source, resolved?.id);
      return resolved;
    },
    moduleTransformed(file, text) {
      resolutions.forget(file);
      snapshots.setLoaded(file, text);
      missed.follow(file, text);
    },
    snapshotOf: (file) => snapshots.get(file),
    async applyChange(reported) {
      const change = correctType(reported);
      if (changesResolutions(change)) resolutions.filesChanged();
      await ready;
      // One after another, so that older content never replaces newer content.
      const reading = lastRead.then(() => readChange(change, { root, code, missed, snapshots }));
      lastRead = reading.catch(() => undefined);
      const read = await reading;
      if (!read) return;
      // The full reload that Vite sends for a configuration applies the change.
      if (configs.changed(change.file)) return;
      const isMove = changesResolutions(change);
      await batches.add({
        ...read,
        changesResolutions: isMove,
        rereadsConfigs: isMove && reported.type === 'update',
      });
    },
    addLastMiddleware: () => void server.middlewares.use(unmatched),
    async close() {
      missed.close();
      reporter.close();
      try {
        await panel?.close();
        await generator.close();
        await app.close();
        await devApp.close();
        await foreign.close();
        await queue.close();
        // Closed last, because the other parts still log.
        telemetry?.close();
      } finally {
        stopSurviving();
      }
    },
  };
}

/** Whether imports may resolve differently after a change. */
function changesResolutions({ type, file }: FileChange): boolean {
  return type !== 'update' || path.basename(file) === 'package.json';
}

/** Returns the variables of the shell and of `.env` files. Those of the shell take precedence. */
function readEnv({ envDir, mode }: ResolvedConfig): Record<string, string | undefined> {
  return { ...(envDir === false ? {} : loadEnv(mode, envDir, '')), ...process.env };
}
