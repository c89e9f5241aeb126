import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { dataFolder } from '../data/data-folder.ts';
import type { ServerEnv } from './env.ts';
import type { ServerOptions } from './options.ts';

/** Whether a server that was built with the panel serves it, or why not. */
export type PanelState = 'on' | 'off' | 'no-sqlite';

/** Whether a server serves the panel. */
export function panelState(
  { panel }: Pick<ServerOptions, 'panel'>,
  { panel: isOn, role }: Pick<ServerEnv, 'panel' | 'role'>,
): PanelState {
  const hasRole = role === 'all' || role === 'core';
  if (!isOn || !hasRole || panel === undefined || !existsSync(new URL('panel.mjs', panel)))
    return 'off';
  return hasSqlite() ? 'on' : 'no-sqlite';
}

/** Node 22.13 has SQLite. */
function hasSqlite(): boolean {
  if (process.getBuiltinModule?.('node:sqlite') !== undefined) return true;
  try {
    createRequire(join(process.cwd(), 'package.json')).resolve('libsql');
    return true;
  } catch {
    return false;
  }
}

/** Returns the store of telemetry: `off` if nothing is collected. */
export function telemetryStore(
  { telemetry }: Pick<ServerEnv, 'telemetry'>,
  panel: PanelState,
): string | undefined {
  if (telemetry !== undefined || panel !== 'on') return telemetry;
  return `sqlite:${join(dataFolder('production')!, 'telemetry.db')}`;
}

/** Returns the folder of the file with the accounts of the panel: beside the telemetry. */
export function accessFolder(store: string | undefined): string {
  const path = /^sqlite:(.+)$/.exec(store ?? '')?.[1];
  return path === undefined ? dataFolder('production')! : dirname(path);
}
