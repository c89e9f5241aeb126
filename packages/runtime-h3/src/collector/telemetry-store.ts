import type { TelemetryBatch } from '../types/telemetry.ts';
import type { TelemetrySource } from '../types/telemetry-source.ts';

/**
 * The telemetry of one server, bounded by size and age. One process writes; others may read the same
 * file.
 */
export interface TelemetryStore extends TelemetrySource {
  /**
   * Adds telemetry in one transaction. Metrics count every request, whether its record is kept or
   * not. Never throws: what can't be stored is dropped and counted.
   */
  write(batch: TelemetryBatch): void;
  /**
   * Removes what is over the limits: oldest first. Called at an interval. Deletes in small steps and
   * lets a write in between, hence asynchronous.
   */
  prune(): Promise<void>;
  close(): void;
}

export interface TelemetryLimits {
  /** Bytes of the file, about. */
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
