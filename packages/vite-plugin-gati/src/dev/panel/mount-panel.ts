import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Panel, PanelPorts } from '@gati/devtools/server';
import { PANEL_PATH } from '@gati/contract/internal';
import { toControlRequest } from '@gati/runtime-h3/internal';
import type { Connect, ViteDevServer } from 'vite';
import type { PluginContext } from '../../context.ts';
import type { Scan } from '../../scan/types.ts';
import { hostCheck } from '../host-check.ts';
import { readAppFacts } from './app-facts.ts';
import type { DevTelemetry, OpenedTelemetry } from './dev-telemetry.ts';

/** The panel in Vite's server. */
export interface DevPanel {
  /** Resolves to `undefined` if the panel is off or not installed. */
  loaded: Promise<Panel | undefined>;
  close(): Promise<void>;
}

export interface PanelSettings {
  context: PluginContext;
  /** Absent if nothing is collected. */
  telemetry: DevTelemetry | undefined;
  /** Settles when the routes are known. */
  ready: Promise<void>;
  latestScan(): Scan;
  ports: PanelPorts;
}

/**
 * Serves the panel below {@link PANEL_PATH}, before the routes of the app and the files of Vite. Its
 * code is loaded here: an app without the package works without the panel.
 */
export function mountPanel(server: ViteDevServer, settings: PanelSettings): DevPanel {
  const loaded = loadPanel(server, settings);
  const checkHost = hostCheck(server);
  const serve = async (
    req: IncomingMessage,
    res: ServerResponse,
    next: Connect.NextFunction,
  ): Promise<void> => {
    const panel = await loaded;
    if (!panel?.handle(req, res, req.url ?? '')) next();
  };
  // Relies on: connect runs `middlewares.stack` in order. Vite's CORS middleware would allow pages
  // on other ports of localhost to read the panel, so the panel comes before it.
  server.middlewares.stack.unshift({
    route: '',
    handle: ((req, res, next) => {
      toControlRequest(req);
      if (!req.url?.startsWith(PANEL_PATH)) return next();
      checkHost(req, res, () => void serve(req, res, next).catch(next));
    }) satisfies Connect.NextHandleFunction,
  });
  return {
    loaded,
    close: async () => (await loaded)?.close(),
  };
}

async function loadPanel(
  { config }: ViteDevServer,
  { context, telemetry, ready, latestScan, ports }: PanelSettings,
): Promise<Panel | undefined> {
  const { createPanel, createPlaygroundFiles } = await import('@gati/devtools/server').catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      config.logger.info('  panel: off, @gati/devtools is not installed');
      return {} as Partial<typeof import('@gati/devtools/server')>;
    },
  );
  if (!createPanel || !createPlaygroundFiles) {
    telemetry?.close();
    return undefined;
  }
  const {
    source,
    traps,
    errors,
    notRecorded = undefined,
  }: OpenedTelemetry = (await telemetry?.open()) ?? {
    notRecorded: 'GATI_TELEMETRY is off.',
  };
  const { allowedHosts } = config.server;
  const named = Array.isArray(allowedHosts) ? allowedHosts : [];
  return createPanel({
    source,
    ports: {
      ...ports,
      ...(traps && { traps }),
      ...(errors && { errors }),
      playground: createPlaygroundFiles(context.project.root),
    },
    app: async () => {
      await ready;
      return {
        ...(await readAppFacts(context, latestScan())),
        ...(notRecorded !== undefined && { notRecorded }),
      };
    },
    hosts: named.filter((name) => !name.startsWith('.')),
    onCode: (code) => config.logger.info(`  The panel has a new code: ${code}`),
  });
}
