import { createIngest } from './ingest.ts';
import { parseReceived } from './parse-received.ts';
import type { BoundedSource } from './sources/combine.ts';
import { openTelemetryStore, type TelemetryStoreOptions } from './store/open-store.ts';

/** Milliseconds between two removals of old telemetry. */
const PRUNE_INTERVAL = 10_000;

/** A telemetry store in the process that it observes. */
export interface LocalTelemetry {
  source: BoundedSource;
  /** Takes complete lines, each ended by `\n`. */
  write(lines: string): void;
  /** Writes the waiting records, and closes the store. */
  close(): void;
}

/**
 * Opens a store for the telemetry of this process, as development does. The file is opened when it is
 * first needed.
 *
 * @throws {TypeError} when the URL is neither `sqlite:PATH` nor `memory:`
 */
export function openLocalTelemetry(
  url: string,
  options: Omit<TelemetryStoreOptions, 'isLazy'> = {},
): LocalTelemetry {
  const store = openTelemetryStore(url, { ...options, isLazy: true });
  const ingest = createIngest({ store, parse: parseReceived, onDrop: () => {} });
  const pruning = setInterval(() => void store.prune(), PRUNE_INTERVAL).unref();
  return {
    source: store,
    write: ingest.write,
    close() {
      clearInterval(pruning);
      ingest.flush();
      store.close();
    },
  };
}
