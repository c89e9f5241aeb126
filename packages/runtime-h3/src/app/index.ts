export { createApp } from './create.ts';
export {
  type MissingVersion,
  onlyRelease,
  type ServedRelease,
  type ServedReleases,
} from './served.ts';
export type { App, AppOptions, CorsOptions } from './options.ts';
export type { Exchange } from './exchange.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { type Problem, toProblem } from './problem.ts';
export { HttpError, isHttpError } from './errors.ts';
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
export type * from '../releases/bundle.ts';
