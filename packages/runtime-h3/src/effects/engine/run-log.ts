import type { Lease, QueueJob } from '../../ports.ts';
import type { CapturedRun } from '../../telemetry/capture/payload-capture.ts';
import {
  drawIds,
  idPool,
  parseTraceParent,
  spanIdAt,
  type TraceParent,
  traceIdAt,
} from '../../telemetry/record/ids.ts';
import type { LogSink } from '../../telemetry/record/recorder.ts';
import { RouteStats, RUN_METHOD } from '../../telemetry/record/route-stats.ts';
import { countRun } from '../../telemetry/record/run-stats.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import type { RunOutcome, SpanLink } from '../../types/telemetry.ts';
import { getOrCreate } from '../../collections/get-or-create.ts';
import type { JobPlan } from './job-release.ts';

/** One attempt to run a job, as logs and traces show it. */
export interface Run {
  /** Fields of its log lines. */
  readonly ids: { traceId: string; spanId: string };
  readonly tracer: Tracer | undefined;
  /** Runs `work` as a part of the run. */
  enter<Result>(work: () => Result): Result;
  /**
   * Writes the line of the run and decides whether its spans are kept.
   *
   * @param ended the error with which it failed, or its result as JSON
   */
  end(outcome: RunOutcome, ended?: { error?: unknown; result?: string | undefined }): void;
}

export interface RunLogOptions {
  /** Receives one JSON line for each run. */
  log?: LogSink;
  tracer?: Tracer;
}

/** Begins the runs of one engine. */
export type RunLog = (lease: Lease, plan: JobPlan) => Run;

export function createRunLog({ log, tracer }: RunLogOptions): RunLog {
  /** By effect and version. */
  const stats = new Map<string, RouteStats>();

  return ({ job }, plan) => {
    const { id, effect, attempt } = job;
    const { version } = plan.release.gctx().release;
    const started = performance.now();
    const owner = { idAt: drawIds(), idPool: idPool(), parent: undefined, traceState: undefined };
    const ids = {
      traceId: traceIdAt(owner.idPool, owner.idAt),
      spanId: spanIdAt(owner.idPool, owner.idAt),
    };
    const enqueuedBy = parseTraceParent(job.trace);
    const trace = tracer?.beginRun(owner, { effect, job: id, attempt }, enqueuedBy);

    return {
      ids,
      tracer,
      enter: (work) => (trace === undefined ? work() : tracer!.runIn(trace.root, work)),
      end(outcome, { error, result } = {}) {
        const now = performance.now();
        const us = Math.trunc((now - started) * 1000);
        const time = Math.trunc(performance.timeOrigin + now);
        const status = outcome === 'completed' || outcome === 'interrupted' ? 200 : 500;
        countRun(effect, version, outcome, us);
        log?.(printLine());
        if (trace === undefined) return;
        if (status >= 500) tracer!.fail(trace.root, error);
        const { capture } = tracer!;
        if (capture !== undefined) {
          const run = { ...ids, effect, job: id, attempt, version, outcome, us, time };
          trace.isTrapped = capture.endRun({ ...run, ...payloadsOf(job, plan), result });
        }
        const known = getOrCreate(
          stats,
          `${version} ${effect}`,
          () => new RouteStats(RUN_METHOD, effect, version),
        );
        known.observe(status, us);
        tracer!.endTrace(trace, known, status, us);

        function printLine(): string {
          const line = {
            level: 'info',
            msg: 'run',
            effect,
            job: id,
            attempt,
            outcome,
            version,
            us,
            time,
            ...ids,
            ...(enqueuedBy && { enqueuedBy: toLink(enqueuedBy) }),
          };
          return `${JSON.stringify(line)}\n`;
        }
      },
    };
  };
}

function payloadsOf(
  { effect, payload }: QueueJob,
  { release, effect: { payload: check } }: JobPlan,
): Pick<CapturedRun, 'payload' | 'schemas' | '$defs'> {
  const schemas = { ...(check && { payload: check.schema }), ...release.schemas?.(effect) };
  return { payload, schemas, $defs: release.$defs() };
}

const toLink = ({ traceId, parentId }: TraceParent): SpanLink => ({
  traceId,
  spanId: parentId,
});
