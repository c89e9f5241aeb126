/**
 * Entry `@gati/runtime-h3/internal`: parts of the runtime that `vite-plugin-gati` puts together
 * itself. Internal: for the plugin, the `gati` command and benchmarks; changes without notice.
 */
export {
  type AppContext,
  createGlobalContext,
  type GlobalContextOptions,
} from './global-context/create-global-context.ts';
export { writeProblem } from './server/http/write-problem.ts';
export { ABI } from './types/bundle.ts';
export { wantsPage } from './server/http/wants-page.ts';
export { endWithProblem } from './server/http/raw-problem.ts';
export {
  wantsHandover,
  isWebSocketHandshake,
  reparseWithoutUpgrade,
} from './server/http/upgrade-replay.ts';
export { toAppFrames } from './telemetry/log/app-frames.ts';
export { type Segment, visitSegments } from './telemetry/log/source-map.ts';
export { describeSettings } from './config/describe-settings.ts';
export { IDENTIFIED_HEADER, toControlRequest } from './server/channel/control.ts';
export {
  findSettingError,
  isRuntimeSetting,
  type RuntimeSettingName,
  type SettingOverrides,
} from './config/runtime-settings.ts';
export { SETTINGS } from './config/settings-table.ts';
export { localUrls } from './server/local-hosts.ts';
export { createProcessMetrics } from './server/channel/process-metrics.ts';
export { dataFolder } from './data/data-folder.ts';
export { defaultQueueUrl, loggedQueueSettings, openQueue } from './effects/drivers/open.ts';
export { ALL_QUEUES } from './effects/drivers/all-queues.ts';
export { createRedactor } from './config/redact-secrets.ts';
export { PayloadCapture } from './telemetry/capture/payload-capture.ts';
export { type CreatedTracer, createTracer } from './telemetry/trace/create-tracer.ts';
export type { Tracer } from './telemetry/trace/tracer.ts';
export { explain } from './validate/explain.ts';
export { openNative } from './data/native-sqlite.ts';
