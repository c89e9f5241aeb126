import type { LogSink } from '../record/recorder.ts';
import type { Logger } from '../../types/context.ts';
import { observeFetch } from './observe-fetch.ts';
import { shareWithOpenTelemetry } from './opentelemetry-api.ts';
import { createSampler } from './sampler.ts';
import { Tracer } from './tracer.ts';

export interface TracerOptions {
  /** Receives spans of kept traces: lines `{"span":{…}}`, see `SpanRecord`. */
  sink: LogSink;
  /** For warnings about the variables of the sampler. */
  logger: Logger;
  /** `process.env` by default. */
  env?: Record<string, string | undefined>;
}

export interface CreatedTracer {
  tracer: Tracer;
  /** Replaces the sampler by the one that these variables name. */
  setSampler(env: Record<string, string | undefined>): void;
  /** Writes the waiting spans, and observes no further outgoing requests. */
  close(): void;
}

/** Creates the tracer of a process. Its code is loaded only if telemetry is on. */
export function createTracer({ sink, logger, env = process.env }: TracerOptions): CreatedTracer {
  const warn = (reason: string): void => logger.warn(reason);
  const tracer = new Tracer(createSampler(env, warn), sink, env['GATI_CALLER_IDS'] !== 'off');
  const stops = [observeFetch(tracer), shareWithOpenTelemetry(tracer)];
  return {
    tracer,
    setSampler: (variables) => tracer.setSampler(createSampler(variables, warn)),
    close() {
      for (const stop of stops) stop();
      tracer.flush();
    },
  };
}
