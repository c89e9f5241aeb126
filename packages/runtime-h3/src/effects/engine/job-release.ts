import {
  compareSemver,
  type Defs,
  type EffectContract,
  GatiError,
  parseSemver,
} from '@gati/contract';
import type { GlobalContext } from '../../types/context.ts';
import type { QueueJob } from '../../ports.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import { toPayload } from '../enqueue/payload.ts';
import { parsePayload } from './damaged-job.ts';

/** A release whose effects this process can run. */
export interface ReleaseEffects {
  /** Read at each use, so that development may change it. */
  effects(): Record<string, BundleEffect>;
  /** Definitions that the schemas of the payloads refer to. */
  $defs(): Defs;
  /** Schemas of the payload and the result, for the secrets in them. */
  schemas?(effect: string): Pick<EffectContract, 'payload' | 'result'> | undefined;
  gctx(): GlobalContext;
}

/**
 * Loads a release other than the current one. Resolves to `undefined` if this process does not
 * serve that release. Rejects if it can't be loaded now.
 */
export type ReleaseOf = (version: string) => Promise<ReleaseEffects | undefined>;

/**
 * Migrates the payload (JSON) of a job through `src/versions`, from a release that is no longer
 * served. Resolves to `undefined` if there is no migration for the effect.
 */
export type MigratePayload = (
  effect: string,
  payload: unknown,
  from: string,
) => Promise<{ payload: unknown } | undefined>;

/** The release that runs a job, and the payload that `run` gets. */
export interface JobPlan {
  release: ReleaseEffects;
  effect: BundleEffect;
  payload: unknown;
}

/** Returns the version of the current release. */
export type CurrentVersion = () => string;

/** The job can't run now, but nothing is wrong with it. */
export class RetryLaterError extends Error {}
/** Another release became current; its own engine runs the job. */
export class ReleaseChangedError extends RetryLaterError {}

/**
 * Chooses the release that runs a job: the one that enqueued it, while that is served. Otherwise
 * the current release runs it, with the payload migrated, or unchanged if it still matches.
 *
 * Throws {@link RetryLaterError} when the job can't run now.
 *
 * @throws {GatiError} GATI_EFFECT_RELEASE, GATI_EFFECT_PAYLOAD or GATI_EFFECT_DAMAGED when the job is a
 * dead letter
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
  // Migrations belong to the current release and migrate a payload to that release only.
  if (currentVersion && currentVersion() !== version)
    throw new ReleaseChangedError(`${version} is no longer the current release`);
  if (!current.effects()[job.effect])
    throw releaseGoneError(
      job,
      `the release ${job.release} that enqueued it is no longer served, and the current release has no such effect`,
    );
  const migrated = await migrate?.(job.effect, parsePayload(job), job.release);
  if (migrated) return planJob(job, current, { ...job, payload: JSON.stringify(migrated.payload) });
  try {
    return await planJob(job, current, job);
  } catch (cause) {
    throw releaseGoneError(
      job,
      `the release ${job.release} that enqueued it is no longer served, no migration has the effect, and its payload does not match the current release: ${(cause as Error).message}`,
      cause,
    );
  }
}

async function planJob(
  job: QueueJob,
  release: ReleaseEffects,
  { payload }: { payload: string },
): Promise<JobPlan> {
  const effect = release.effects()[job.effect];
  if (!effect) throw releaseGoneError(job, 'its release has no such effect');
  const value = parsePayload({ ...job, payload });
  return {
    release,
    effect,
    payload: await toPayload(job.effect, value, effect.payload, release.$defs()),
  };
}

/** Returns whether a release is newer than another one, so that it may have more effects. */
export function isNewer(release: string, other: string): boolean {
  const [a, b] = [parseSemver(release), parseSemver(other)];
  return a === undefined || b === undefined || compareSemver(a, b) > 0;
}

function releaseGoneError(job: QueueJob, reason: string, cause?: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECT_RELEASE',
      message: `The job ${job.id} of "${job.effect}" can't run: ${reason}.`,
      fix: `Keep a release until its jobs have ended, or add a file to src/versions that exports effects: { ${job.effect}: (old) => new }, then send the job again.`,
    },
    { cause },
  );
}
