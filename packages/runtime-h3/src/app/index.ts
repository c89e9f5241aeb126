export { createApp } from './create-app.ts';
export type { MissingVersion, ServedRelease, ServedReleases } from '../types/served-release.ts';
export { onlyRelease } from './versions/only-release.ts';
export type { App, AppOptions, CorsOptions } from './options.ts';
export type { Exchange } from '../types/exchange.ts';
export { DEFAULT_LIMITS, type Limits } from '../types/limits.ts';
export { type Problem, toProblem } from './response/problem.ts';
export { HttpError, isHttpError } from './response/http-error.ts';
export { explain, type InputError } from '../validate/explain.ts';
export { formats } from '../validate/formats.ts';
export {
  bindLogger,
  createJsonLogger,
  type LineOptions,
  type LogLevel,
} from '../telemetry/logger.ts';
export { createTextLogger, type TextOptions } from '../telemetry/text-logger.ts';
export { redact } from '../telemetry/redact.ts';
export type { LogSink, Span } from '../telemetry/recorder.ts';
export type { RouteMetric } from '../telemetry/stats.ts';
export type * from '../types/bundle.ts';
