/**
 * Entry `@gati/runtime-h3/collector`: the telemetry store, for processes that show its content.
 * Internal: for the packages of Gati; changes in any release.
 */
export { canOpenSqlite } from '../data/native-sqlite.ts';
export { type LocalTelemetry, openLocalTelemetry } from './local-telemetry.ts';
export { withOtherSources } from './sources/settings.ts';
export {
  openTelemetryStore,
  type DropReason,
  type Signal,
  type StoreDiagnostic,
  type TelemetryStoreOptions,
} from './store/open-store.ts';
export { printIncident } from './incident/print-incident.ts';
export type { IncidentTable } from './incident/table.ts';
export { formatMs, formatTime } from './command/format.ts';
export type { TelemetryStore } from './telemetry-store.ts';
