import type { ErrorsPort } from '../types/telemetry-source.ts';
import type { ArmedTrap, TrapsPort } from '../types/trap.ts';
import { createIngest } from './ingest.ts';
import { parseReceived } from './parse-received.ts';
import type { BoundedSource } from './sources/combine.ts';
import { createTrapFeed } from './traps/trap-feed.ts';
import { openTelemetryStore, type TelemetryStoreOptions } from './store/open-store.ts';

/** Milliseconds between two removals of old telemetry. */
const PRUNE_INTERVAL = 10_000;

/** A telemetry store in the process that it observes. */
export interface LocalTelemetry {
  source: BoundedSource;
  traps: TrapsPort;
  errors: ErrorsPort;
  /** Takes complete lines, each ended by `\n`. */
  write(lines: string): void;
  /** Writes the waiting records, and closes the store. */
  close(): void;
}

export interface LocalTelemetryOptions extends Omit<TelemetryStoreOptions, 'isLazy'> {
  /** Called with the armed traps when they change. */
  onTraps?: (traps: ArmedTrap[]) => void;
}

/**
 * Opens a store for the telemetry of this process, as development does. The file is opened when it is
 * first needed.
 *
 * @throws {TypeError} when the URL is neither `sqlite:PATH` nor `memory:`
 */
export function openLocalTelemetry(
  url: string,
  options: LocalTelemetryOptions = {},
): LocalTelemetry {
  const { onTraps = () => {}, ...storeOptions } = options;
  const store = openTelemetryStore(url, { ...storeOptions, isLazy: true });
  const feed = createTrapFeed({ read: () => store.armedTraps(), onChange: onTraps });
  const ingest = createIngest({
    store: {
      write(batch) {
        store.write(batch);
        if (batch.captures) feed.refresh();
      },
    },
    parse: parseReceived,
    onDrop: () => {},
  });
  const pruning = setInterval(() => void store.prune(), PRUNE_INTERVAL).unref();
  return {
    source: store,
    traps: feed.watch(store.traps),
    errors: store,
    write: ingest.write,
    close() {
      clearInterval(pruning);
      feed.close();
      ingest.flush();
      store.close();
    },
  };
}
