import { telemetryStore } from './panel-env.ts';
import {
  isTelemetryCommand,
  openStoreReader,
  runTelemetryCommand,
} from '../collector/command/main.ts';

/** Runs `traces` … of a built server: reads the store that the server writes. */
export function runStoredTelemetryCommand(
  name: string,
  words: string[],
  base: string | undefined,
): Promise<number> {
  if (!isTelemetryCommand(name)) throw new TypeError(`${name} is not a command`);
  return runTelemetryCommand(name, words, {
    open: () =>
      openStoreReader(telemetryStore({ telemetry: process.env.GATI_TELEMETRY || undefined }, 'on')),
    base,
    token: process.env.GATI_TOKEN,
  });
}
