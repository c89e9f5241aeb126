/**
 * Entry `@gati/runtime-h3/releases`: the release store, the rules of its releases, and the commands
 * for it that `gati` and a built server share. Internal: for the plugin and the `gati` command;
 * changes without notice.
 */
export type { ReleaseMark, ReleaseStore, ServerNote, StoredRelease, StoreHead } from '../ports.ts';
export { RELEASE_COMMANDS } from './command/commands.ts';
export { describeWithoutVersion, type WithoutVersion } from './command/without-version.ts';
export { parseTimeFlag } from './command/parse-values.ts';
export type { CommandResult } from '../command/output.ts';
export type { Flag, ReleaseCall, ReleaseCommand, ReleaseFlags } from './command/release-command.ts';
export {
  BUNDLED_FILE,
  type BundledRelease,
  type BundledReleases,
} from './manager/bundled-index.ts';
export { EMPTY_HEAD, liveVersions, statusOf, toReleaseInfo } from './store/head.ts';
export { materialize, materializeClient } from './store/materialize.ts';
export { openReleaseStore } from './store/open-store.ts';
export {
  releasesOutsideWindow,
  pruneReleases,
  type PruneResult,
  type PruneOptions,
  type ReleaseWindow,
} from './store/prune.ts';
export { putRelease, type PutResult, type PutOptions } from './store/put-release.ts';
export { DOCUMENT_FILE } from './store/file-names.ts';
export {
  documentReader,
  findBaseRelease,
  findRelease,
  listReleases,
  readManifest,
  readStoredFile,
} from './store/read-release.ts';
export {
  activateRelease,
  type ActivateOptions,
  deprecateRelease,
  type HeadChange,
  labelRelease,
  predictHead,
  type DeprecateOptions,
  retireRelease,
  type RollbackResult,
  rollbackRelease,
  rollbackTarget,
} from './store/change-status.ts';
export { type Damage, type VerifyResult, verifyStore } from './store/verify.ts';
