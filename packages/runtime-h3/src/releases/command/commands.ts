import { releases } from './releases.ts';
import { activate, rollback } from './activate-rollback.ts';
import type { ReleaseCommand } from './release-command.ts';

/** Commands that need a store and nothing of the app's sources. */
export const RELEASE_COMMANDS: Record<'activate' | 'rollback' | 'releases', ReleaseCommand> = {
  activate,
  rollback,
  releases,
};
