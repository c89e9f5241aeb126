import { existsSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import {
  openPanelReader,
  openStoreReader,
  type TelemetryReader,
} from '@gati/runtime-h3/telemetry/command';
import { DEVELOPMENT_STORE } from '../dev/panel/development-store.ts';
import { findRunningServer } from '../dev/running-server.ts';

/**
 * Opens the telemetry of the `gati dev` that runs in a folder, otherwise the store that
 * `GATI_TELEMETRY` names, by default that of development.
 *
 * @param options.writes opens the store, which `gati dev` shares, in any case
 * @throws {GatiError} GATI_USAGE when there is neither
 */
export async function openDefaultReader(
  root: string,
  mode: string,
  { writes = false }: { writes?: boolean } = {},
): Promise<TelemetryReader> {
  const url = writes ? undefined : findRunningServer(root);
  if (url !== undefined) return openPanelReader({ url });
  // Loaded late: a running server is found without Vite.
  const { loadEnv } = await import('vite');
  const { GATI_TELEMETRY } = { ...loadEnv(mode, root, 'GATI_'), ...process.env };
  if (GATI_TELEMETRY?.startsWith('sqlite:')) return openStoreReader(GATI_TELEMETRY);
  const own = path.join(root, DEVELOPMENT_STORE);
  if (!GATI_TELEMETRY && existsSync(own)) return openStoreReader(`sqlite:${own}`);
  throw usageError(
    `no \`gati dev\` runs in ${root}`,
    'Start it, name a server with `--url`, or set GATI_TELEMETRY to the `sqlite:PATH` of a server.',
  );
}
