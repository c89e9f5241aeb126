import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Place where the collector listens. */
export interface TelemetrySocket {
  path: string;
  /** Removes it. */
  remove(): void;
}

/** Creates a folder for the socket that only this user can enter, and that nobody can guess. */
export function createTelemetrySocket(): TelemetrySocket {
  if (process.platform === 'win32') {
    const name = `gati-${process.pid}-${crypto.randomUUID()}`;
    return { path: String.raw`\\.\pipe` + `\\${name}`, remove: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'gati-telemetry-'));
  return {
    path: join(folder, 'collector.sock'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
