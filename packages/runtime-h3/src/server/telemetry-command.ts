import { existsSync } from 'node:fs';
import { isTelemetryCommand, runTelemetryCommand } from '../collector/command/main.ts';
import { openTelemetryStore } from '../collector/store/open-store.ts';
import { usageError } from '../command/usage-error.ts';
import { telemetryStore } from './panel-env.ts';

/** Runs `traces` … of a built server: reads the store that the server writes. */
export function runStoredTelemetryCommand(name: string, words: string[]): Promise<number> {
  if (!isTelemetryCommand(name)) throw new TypeError(`${name} is not a command`);
  return runTelemetryCommand(name, words, {
    open: async () => {
      const url =
        telemetryStore({ telemetry: process.env.GATI_TELEMETRY || undefined }, 'on') ?? '';
      const path = /^sqlite:(.+)$/.exec(url)?.[1];
      if (path === undefined)
        throw usageError(
          'GATI_TELEMETRY names no store that this command can read',
          'Set it to the `sqlite:PATH` of the server.',
        );
      if (!existsSync(path))
        throw usageError(
          `there is no store at \`${path}\``,
          'Name a file that a server has created.',
        );
      const source = openTelemetryStore(url);
      return { source, close: () => source.close() };
    },
  });
}
