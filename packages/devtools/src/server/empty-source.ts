import type { TelemetrySource } from '@gati/runtime-h3/telemetry';

/** Source of an app whose telemetry is not collected. */
export const EMPTY_SOURCE: TelemetrySource = {
  traces: async () => ({ items: [] }),
  trace: async () => undefined,
  logs: async () => ({ items: [] }),
  logVolume: async () => [],
  metrics: async () => [],
  callers: async () => [],
  errors: async () => ({ items: [] }),
};
