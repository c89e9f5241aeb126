import { compareSemver, type Defs, GatiError, parseSemver } from '@gati/contract';
import type { GlobalContext } from '../../types/context.ts';
import type { QueueJob } from '../../ports.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import { toPayload } from '../enqueue/payload.ts';

/** A release whose effects this process can run. */
export interface ReleaseEffects {
  /** Read at each use, so that development may change it. */
  effects(): Record<string, BundleEffect>;
  /** What the payloads' schemas refer to. */
  $defs(): Defs;
  gctx(): GlobalContext;
}

/** A release other than the current one; `undefined`: it is not alive here. Throws where it can't be loaded now. */
export type ReleaseOf = (version: string) => Promise<ReleaseEffects | undefined>;

/** What `src/versions` makes of a payload (as JSON) that a release queued which is gone; `undefined`: nothing is said about it. */
export type MigratePayload = (
  effect: string,
  payload: unknown,
  from: string,
) => Promise<{ payload: unknown } | undefined>;

/** Where a job runs, and what `run` is given there. */
export interface JobPlan {
  release: ReleaseEffects;
  effect: BundleEffect;
  payload: unknown;
}

/** The version that the pointer of this process stands on. */
export type CurrentVersion = () => string;

/** Nothing is wrong with the job. */
export class RetryLaterError extends Error {}
/** Another release has become current; its own engine takes the job. */
export class ReleaseChangedError extends RetryLaterError {}

/**
 * A job runs on the release that enqueued it while that is alive, else on the current one: with its payload migrated,
 * or as it is where it still fits. Throws what a dead letter says.
 */
export async function chooseRelease(
  job: QueueJob,
  current: ReleaseEffects,
  releaseOf?: ReleaseOf,
  migrate?: MigratePayload,
  currentVersion?: CurrentVersion,
): Promise<JobPlan> {
  const { version } = current.gctx().release;
  if (job.release === version) return planJob(job, current, job);
  const own = await releaseOf?.(job.release).catch((cause: unknown) => {
    throw new RetryLaterError(`the release ${job.release} can't be loaded`, { cause });
  });
  if (own) return planJob(job, own, job);
  // Migrations are those of the release that the pointer stands on, and bring a payload on to that one alone.
  if (currentVersion && currentVersion() !== version)
    throw new ReleaseChangedError(`${version} is no longer the current release`);
  if (!current.effects()[job.effect])
    throw releaseGoneError(
      job,
      `the release ${job.release} that enqueued it is gone, and the current release has no such effect`,
    );
  const migrated = await migrate?.(job.effect, JSON.parse(job.payload) as unknown, job.release);
  if (migrated) return planJob(job, current, { ...job, payload: JSON.stringify(migrated.payload) });
  try {
    return planJob(job, current, job);
  } catch (cause) {
    throw releaseGoneError(
      job,
      `the release ${job.release} that enqueued it is gone, and its payload does not fit the current release and has no migration: ${(cause as Error).message}`,
      cause,
    );
  }
}

function planJob(
  job: QueueJob,
  release: ReleaseEffects,
  { payload }: { payload: string },
): JobPlan {
  const effect = release.effects()[job.effect];
  if (!effect) throw releaseGoneError(job, 'its release has no such effect');
  return {
    release,
    effect,
    payload: toPayload({ ...job, payload }, effect.payload, release.$defs()),
  };
}

/** Whether a release that is newer than this one may know more effects. */
export function isNewer(release: string, than: string): boolean {
  const [a, b] = [parseSemver(release), parseSemver(than)];
  return a === undefined || b === undefined || compareSemver(a, b) > 0;
}

function releaseGoneError(job: QueueJob, why: string, cause?: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECT_RELEASE',
      message: `The job ${job.id} of "${job.effect}" can't run: ${why}.`,
      fix: `Keep a release until its jobs have ended, or add a file to src/versions that exports effects: { ${job.effect}: (old) => new }, then send the job again.`,
    },
    { cause },
  );
}
