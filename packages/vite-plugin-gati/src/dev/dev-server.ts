import type { ViteDevServer } from 'vite';
import type { PluginContext } from '../context.ts';
import type { Scan } from '../scan/types.ts';
import { createChanges } from './apply-changes.ts';
import { createDevParts } from './dev-parts.ts';
import { printThrown } from './diagnose-error.ts';
import { replaceFullReload } from './full-reload.ts';
import { logStart } from './log-start.ts';
import { type DevPanel, mountPanel } from './panel/mount-panel.ts';
import { createPanelPorts } from './panel/ports.ts';
import type { FileChange } from './read-change.ts';
import { createRequestLog } from './request-log.ts';
import { announceServer } from './running-server.ts';
import { serveApp } from './serve.ts';
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

export function createDevServer(server: ViteDevServer, context: PluginContext): DevServer {
  const { project } = context;
  const { root, logger: viteLogger } = server.config;
  const parts = createDevParts(server, context, {
    onSettled: () => void ready.then(() => changes.refreshResolutions()).catch(() => undefined),
    onModulesChange: () => void ready.then(() => changes.applyModules()).catch(() => undefined),
    isBusy: () => app.inflight > 0,
  });
  const { snapshots, resolutions, reporter, missed, telemetry, logger } = parts;
  const { queue, migrations, foreign, devApp, generator, latestScan } = parts;
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
    latestScan,
    log,
    panel: () => panel?.loaded,
  });
  const panel: DevPanel | undefined = parts.hasPanel
    ? mountPanel(server, {
        context,
        telemetry,
        ready,
        latestScan,
        ports: createPanelPorts({
          root,
          env: parts.env,
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
  if (parts.hasPanel) announceServer(server, root);
  logStart(server, project, ready.then(latestScan), panel?.loaded);
  const stopSurviving = surviveUncaught(server);
  replaceFullReload(
    parts.environment,
    () => void ready.then(() => changes.reloadAll()).catch(() => undefined),
  );
  const changes = createChanges({ ...parts, root, ready, context });

  async function start(scan: Scan): Promise<void> {
    await migrations.apply();
    await devApp.apply(scan);
    parts.checkHandlers();
    // Later, so that it does not compete with the first request.
    if (server.httpServer) generator.schedule(scan);
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
    applyChange: (change) => changes.apply(change),
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
