/** Entry `@gati/runtime-h3/telemetry`: loggers, redaction, and the types of what an app measures. */
export { bindLogger, createJsonLogger, type LineOptions, type LogLevel } from './logger.ts';
export { createTextLogger, type TextOptions } from './text-logger.ts';
export { redact } from './redact.ts';
export type { LogSink, Span } from './recorder.ts';
export type { RouteMetric } from './stats.ts';
