import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sockets on which the collector listens. */
export interface TelemetrySocket {
  path: string;
  /** For requests of the panel. */
  control: string;
  /** Removes both. */
  remove(): void;
}

/** Creates a folder for the sockets. Only this user can enter it, and its name is random. */
export function createTelemetrySocket(): TelemetrySocket {
  if (process.platform === 'win32') {
    const name = `gati-${process.pid}-${crypto.randomUUID()}`;
    const path = String.raw`\\.\pipe` + `\\${name}`;
    return { path, control: `${path}-control`, remove: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'gati-telemetry-'));
  return {
    path: join(folder, 'collector.sock'),
    control: join(folder, 'control.sock'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
