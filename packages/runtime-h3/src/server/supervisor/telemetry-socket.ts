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

/** A file system in memory that containers can write to even if all others are read-only. */
const SHARED_MEMORY = '/dev/shm';

/**
 * Creates a folder for the sockets. Only this user can enter it, and its name is random.
 *
 * @throws the error of the first parent when none can be written to
 */
export function createTelemetrySocket(
  parents: readonly string[] = [tmpdir(), SHARED_MEMORY],
): TelemetrySocket {
  if (process.platform === 'win32') {
    const name = `gati-${process.pid}-${crypto.randomUUID()}`;
    const path = String.raw`\\.\pipe` + `\\${name}`;
    return { path, control: `${path}-control`, remove: () => {} };
  }
  const folder = createFolder(parents);
  return {
    path: join(folder, 'collector.sock'),
    control: join(folder, 'control.sock'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function createFolder(parents: readonly string[]): string {
  const errors: unknown[] = [];
  for (const parent of parents)
    try {
      return mkdtempSync(join(parent, 'gati-telemetry-'));
    } catch (error) {
      errors.push(error);
    }
  throw errors[0];
}
