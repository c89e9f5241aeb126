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
  /** Writes the waiting spans, and observes no further outgoing requests. */
  close(): void;
}

/** Creates the tracer of a process. Its code is loaded only if telemetry is on. */
export function createTracer({ sink, logger, env = process.env }: TracerOptions): CreatedTracer {
  const sampler = createSampler(env, (reason) => logger.warn(reason));
  const tracer = new Tracer(sampler, sink);
  const stops = [observeFetch(tracer), shareWithOpenTelemetry(tracer)];
  return {
    tracer,
    close() {
      for (const stop of stops) stop();
      tracer.flush();
    },
  };
}
