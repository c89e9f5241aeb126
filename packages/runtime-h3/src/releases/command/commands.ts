import { releases } from './releases.ts';
import { activate, rollback } from './activate-rollback.ts';
import type { ReleaseCommand } from './release-command.ts';

/** Commands that need a release store, but no sources of the app. */
export const RELEASE_COMMANDS: Record<'activate' | 'rollback' | 'releases', ReleaseCommand> = {
  activate,
  rollback,
  releases,
};
