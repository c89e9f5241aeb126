import { type Check, number, object, oneOf, string, wholeNumber } from '@gati/contract/data';
import { RUN_OUTCOMES } from '../types/run-outcome.ts';
import type { LogRecord, RunRecord, SpanLink } from '../types/telemetry.ts';
import { matches, spanIdCheck, traceIdCheck } from './record-checks.ts';

/** Text of the lines of runs. */
export const RUN_MESSAGE = 'run';

const FIELDS: Check = object(
  {
    effect: string,
    job: string,
    attempt: wholeNumber,
    us: number,
    outcome: oneOf(...RUN_OUTCOMES),
  },
  { enqueuedBy: object({ traceId: traceIdCheck, spanId: spanIdCheck }) },
);

type Fields = Pick<RunRecord, 'effect' | 'job' | 'attempt' | 'us' | 'outcome' | 'enqueuedBy'>;

/** Returns the run that a line of the log is about; `undefined` for any other line. */
export function runOfLog({ message, fields, ...line }: LogRecord): RunRecord | undefined {
  const { traceId, spanId, time, version = '', pid, instance } = line;
  if (message !== RUN_MESSAGE || traceId === undefined || spanId === undefined) return undefined;
  if (!matches(FIELDS, fields)) return undefined;
  const { effect, job, attempt, us, outcome, enqueuedBy } = fields as unknown as Fields;
  return {
    traceId,
    spanId,
    time,
    us,
    effect,
    job,
    attempt,
    outcome,
    version,
    pid,
    ...(instance !== undefined && { instance }),
    ...(enqueuedBy && { enqueuedBy: toLink(enqueuedBy) }),
  };
}

/** Whether an attempt failed. */
export const isFailed = ({ outcome }: RunRecord): boolean =>
  outcome === 'retried' || outcome === 'dead';

const toLink = ({ traceId, spanId }: SpanLink): SpanLink => ({ traceId, spanId });
