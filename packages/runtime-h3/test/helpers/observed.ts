import { createGlobalContext } from '../../src/global-context/create-global-context.ts';
import { createMemoryDriver } from '../../src/effects/drivers/memory/driver.ts';
import { createTracer } from '../../src/telemetry/trace/create-tracer.ts';
import type { Tracer } from '../../src/telemetry/trace/tracer.ts';
import { createLineLogger } from '../../src/telemetry/log/logger.ts';
import type { ReleaseBundle } from '../../src/types/bundle.ts';
import type { SpanRecord } from '../../src/types/telemetry.ts';
import type { ServedReleases } from '../../src/types/served-release.ts';
import { overNode, type Target } from './target.ts';

/** A server whose telemetry is on. */
export interface Observed extends Target {
  tracer: Tracer;
  /** Spans that were written, in order of their start. */
  spans(): SpanRecord[];
  /** Span with this name. */
  span(name: string): SpanRecord;
  /** The queue of the app: resolves when it has run its jobs. */
  idle(): Promise<void>;
  /** Lines of the access log, of runs and of modules. */
  lines: Record<string, unknown>[];
}

/**
 * @param env of the sampler; keeps every trace by default
 * @param releases those of the app, if there are more than `release`
 */
export async function observe(
  release: ReleaseBundle,
  env: Record<string, string> = { OTEL_TRACES_SAMPLER: 'always_on' },
  releases?: ServedReleases,
): Promise<Observed> {
  const written: SpanRecord[] = [];
  const lines: Record<string, unknown>[] = [];
  const logged: Record<string, unknown>[] = [];
  const parse = (text: string): Record<string, unknown>[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const logger = createLineLogger(
    (level, message, fields) => {
      logged.push({ level, message, ...fields });
      return '';
    },
    { level: 'trace', write: () => undefined },
  );
  const { tracer, close } = createTracer({
    sink: (text) =>
      written.push(
        ...parse(text).flatMap((line) => (line['span'] as SpanRecord | undefined) ?? []),
      ),
    logger,
    env,
  });
  const context = await createGlobalContext({
    release,
    mode: 'test',
    logger,
    queue: createMemoryDriver(),
    tracer,
    log: (text) => lines.push(...parse(text)),
  });
  const target = await overNode(release, {
    context: () => context.gctx,
    tracer,
    logger,
    log: (text) => lines.push(...parse(text)),
    ...(releases && { releases: () => releases }),
  });
  const spans = (): SpanRecord[] => {
    tracer.flush();
    return written.toSorted((a, b) => a.start - b.start);
  };
  return {
    ...target,
    logged,
    tracer,
    idle: () => context.effects.idle(),
    lines,
    spans,
    span(name) {
      const found = spans().find((span) => span.name === name);
      if (found === undefined)
        throw new Error(
          `no span ${name} in ${spans()
            .map((span) => span.name)
            .join(', ')}`,
        );
      return found;
    },
    async close() {
      await target.close();
      await context.dispose(0);
      close();
    },
  };
}
