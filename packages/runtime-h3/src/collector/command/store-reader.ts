import { existsSync } from 'node:fs';
import { usageError } from '../../command/usage-error.ts';
import { openTelemetryStore } from '../store/open-store.ts';
import { readerOf, type TelemetryReader } from './reader.ts';

/**
 * Opens the store that `GATI_TELEMETRY` names.
 *
 * @throws {GatiError} GATI_USAGE when it names none that this process can read
 */
export function openStoreReader(url: string | undefined): TelemetryReader {
  const path = /^sqlite:(.+)$/.exec(url ?? '')?.[1];
  if (path === undefined)
    throw usageError(
      'GATI_TELEMETRY names no store that this command can read',
      'Set it to the `sqlite:PATH` of the server, or name a running server with `--url`.',
    );
  // Opening the store would create a file under a mistyped name.
  if (!existsSync(path))
    throw usageError(`there is no store at \`${path}\``, 'Name a file that a server has created.');
  return readerOf(openTelemetryStore(url!));
}
