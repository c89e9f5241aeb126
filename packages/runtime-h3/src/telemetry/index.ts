/** Entry `@gati/runtime-h3/telemetry`: loggers, redaction, and the types of measurements. */
export {
  bindLogger,
  createJsonLogger,
  loggerOf,
  type LoggerOptions,
  type LogLevel,
} from './log/logger.ts';
export { createTextLogger, type TextLoggerOptions } from './log/text-logger.ts';
export { redact } from './log/redact.ts';
export { leastStep } from './record/metric-steps.ts';
export { RUN_METHOD } from './record/route-stats.ts';
export { quantile } from './record/quantile.ts';
export type { LogSink, Span } from './record/recorder.ts';
export type { RouteMetric } from './record/route-stats.ts';
export { LOG_LEVELS } from '../types/log-level.ts';
export type * from '../types/callers.ts';
export type * from '../types/capture.ts';
export type * from '../types/cluster.ts';
export type * from '../types/module-item.ts';
export type * from '../types/panel-module.ts';
export type * from '../types/process-metrics.ts';
export { MODULE_HOST } from '../types/foreign.ts';
export { RUN_OUTCOMES } from '../types/run-outcome.ts';
export type * from '../types/telemetry.ts';
export type * from '../types/telemetry-source.ts';
export {
  type ArmedTrap,
  type Catch,
  DEFAULT_TRAP_TIME,
  LONGEST_TRAP,
  MOST_CATCHES,
  type StatusClass,
  type Trap,
  TRAP_ID,
  type TrapCondition,
  type TrapDetail,
  type TrapRequest,
  type TrapsPort,
} from '../types/trap.ts';
