import { GatiError } from '@gati/contract';
import type { Lease, QueueDriver } from '../../ports.ts';
import { stringifyWire } from '../../validate/encode.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import { parseStep } from './damaged-job.ts';

/** `ectx.step` */
export type Step = <Result>(name: string, work: () => Result | Promise<Result>) => Promise<Result>;

/**
 * Creates `ectx.step` for one attempt. If the driver stores no steps, each step runs in every
 * attempt.
 *
 * @throws {GatiError} GATI_EFFECT_STEP when a run uses a name twice, GATI_EFFECT_DAMAGED when a stored
 * result can't be read
 */
export function createStep(
  lease: Lease,
  driver: QueueDriver,
  signal: AbortSignal,
  tracer?: Tracer,
): Step {
  const { effect, steps = {} } = lease.job;
  const used = new Set<string>();
  return async <Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> => {
    if (used.has(name)) throw duplicateStepError(effect, name);
    used.add(name);
    // An aborted run starts no new step.
    signal.throwIfAborted();
    if (Object.hasOwn(steps, name)) return parseStep(lease.job, name, steps[name]!) as Result;
    const result = await (tracer === undefined ? work() : tracer.observeStep(name, work));
    // The result is stored in an array, because JSON has no `undefined`.
    const text = result === undefined ? '[]' : `[${stringifyWire(result, true)}]`;
    if (driver.saveStep && !(await driver.saveStep(lease, name, text)))
      throw new Error(`the lease was lost before the step "${name}" was stored`);
    // Parses the stored text, so that each attempt gets the same value.
    return parseStep(lease.job, name, text) as Result;
  };
}

function duplicateStepError(effect: string, name: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_STEP',
    message: `The effect "${effect}" uses the step name "${name}" twice in one run.`,
    fix: 'Give each step a unique name; in a loop, add the index or the id.',
  });
}
