/**
 * Entry `@gati/runtime-h3/effects/inspect`: lists and changes the jobs of a queue, for the command
 * `effects` and the panel. Internal: changes without notice.
 */
export type {
  JobFilter,
  JobRecord,
  JobState,
  Pause,
  PausedEffect,
  QueueCaps,
  QueueDriver,
  QueueStats,
} from '../../ports.ts';
export {
  causeOf,
  type DeadFilter,
  type DeadGroup,
  groupDeadJobs,
  listDeadJobs,
} from './dead-groups.ts';
export { enqueueExtraJob, type ExtraJob, rerunOf } from './enqueue-again.ts';
export {
  cancelJobs,
  findJob,
  isOver,
  JOB_STATES,
  type JobPage,
  listJobs,
  parseJson,
  reasonOf,
} from './jobs.ts';
export { listPaused, setPaused } from './pauses.ts';
export { nextRuns } from './next-runs.ts';
export {
  redriveAll,
  redriveInStages,
  type RedriveProgress,
  type StagedRedriveOptions,
} from './redrive.ts';
