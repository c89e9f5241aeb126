import type { RouteStats } from '../record/route-stats.ts';
import { SlowLimits } from './slow-limits.ts';
import type { Trace } from './trace.ts';

/** Traces per second that are kept without another reason. */
const STEADY_RATE = 10;
/** Traces per second that are kept because their clients request it, which any client can. */
const CLIENT_RATE = 100;

/** Decides which traces are kept. */
export interface Sampler {
  /**
   * Decides early, since the flag of an outgoing `traceparent` must say whether the trace is kept.
   * A trace with `false` may still be kept at its end.
   */
  isSampled(trace: Trace): boolean;
  /** Decides at the end. */
  isKept(trace: Trace, stats: RouteStats, status: number, us: number): boolean;
}

/**
 * Creates the sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name. Without them it
 * keeps traces that failed, that are slower than the p99 of their route or that their client
 * samples, and a steady rate of the rest.
 *
 * @param warn gets the fault of a variable, which then has no effect
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function createSampler(
  env: Record<string, string | undefined>,
  warn: (reason: string) => void = () => {},
): Sampler {
  const name = env.OTEL_TRACES_SAMPLER?.trim().toLowerCase() ?? '';
  if (name === '') return createTailSampler();
  const byParent = name.startsWith('parentbased_');
  const root = byParent ? name.slice('parentbased_'.length) : name;
  const rootRule = createRule(root, env.OTEL_TRACES_SAMPLER_ARG, warn);
  if (rootRule === undefined) {
    warn(`OTEL_TRACES_SAMPLER is ${name}, which is not a known sampler`);
    return createTailSampler();
  }
  const rule = (trace: Trace): boolean => {
    const { parent } = trace.owner;
    return byParent && parent !== undefined ? parent.sampled : rootRule(trace);
  };
  return { isSampled: rule, isKept: rule };
}

function createRule(
  name: string,
  argument: string | undefined,
  warn: (reason: string) => void,
): ((trace: Trace) => boolean) | undefined {
  if (name === 'always_on') return () => true;
  if (name === 'always_off') return () => false;
  if (name !== 'traceidratio') return undefined;
  let ratio = argument === undefined || argument.trim() === '' ? 1 : Number(argument);
  if (!(ratio >= 0 && ratio <= 1)) {
    warn(`OTEL_TRACES_SAMPLER_ARG is ${argument}, which is not a number from 0 to 1`);
    ratio = 1;
  }
  // The last 56 bits are random (W3C Trace Context Level 2). Half of all traces have at least 2^55.
  const least = (1 - ratio) * 2 ** 56;
  return (trace) => Number.parseInt(trace.id.slice(-14), 16) >= least;
}

function createTailSampler(): Sampler {
  const slow = new SlowLimits();
  const steady = createRate(STEADY_RATE);
  const clients = createRate(CLIENT_RATE);
  const isSampled = (trace: Trace): boolean =>
    (trace.isSampled ??= (trace.owner.parent?.sampled === true && clients()) || steady());
  return {
    isSampled,
    isKept: (trace, stats, status, us) =>
      trace.failed || status >= 500 || slow.isSlow(stats, us) || isSampled(trace),
  };
}

/** Returns a function that returns `true` at most `perSecond` times a second. */
function createRate(perSecond: number): () => boolean {
  let left = perSecond;
  let last = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(perSecond, left + ((now - last) / 1000) * perSecond);
    last = now;
    if (left < 1) return false;
    left--;
    return true;
  };
}
