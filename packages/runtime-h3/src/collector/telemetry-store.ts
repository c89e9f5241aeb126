import type { TelemetryBatch } from '../types/telemetry.ts';
import type { ArmedTrap, TrapsPort } from '../types/trap.ts';
import type { ErrorsPort, TelemetrySource } from '../types/telemetry-source.ts';

/**
 * The telemetry of one server, bounded by size and age. One process writes; others may read the same
 * file.
 */
export interface TelemetryStore extends TelemetrySource, ErrorsPort {
  readonly traps: TrapsPort;
  /** Returns the traps that processes have to arm; none if the file can't be read. */
  armedTraps(): ArmedTrap[];
  /**
   * Adds telemetry in one transaction. Metrics count every request, whether its record is kept or
   * not. Never throws: what can't be stored is dropped and counted.
   */
  write(batch: TelemetryBatch): void;
  /**
   * Resolves to the times from which on the store has all metrics and all log lines. A time is absent
   * while the store has none.
   */
  oldest(): Promise<{ metrics?: number; logs?: number }>;
  /**
   * Removes records above the limits, the oldest first. Called at an interval. Asynchronous,
   * because it deletes in small steps and lets writes run in between.
   */
  prune(): Promise<void>;
  close(): void;
}

export interface TelemetryLimits {
  /** Approximate bytes of the file. */
  bytes: number;
  /** Milliseconds that requests, spans and log lines are kept. */
  age: number;
  /** Milliseconds that metrics are kept. */
  metricsAge: number;
}

export const DEFAULT_TELEMETRY_LIMITS: TelemetryLimits = {
  bytes: 512 * 1024 ** 2,
  age: 7 * 86_400_000,
  metricsAge: 31 * 86_400_000,
};
