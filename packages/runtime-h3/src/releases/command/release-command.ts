import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import type { ReleaseStore } from '../../ports.ts';
import type { MissingVersion } from '../../types/served-release.ts';

/** One call of a command on a release store, from `gati` or from a built server. */
export interface ReleaseCall {
  store: ReleaseStore;
  /** Arguments after the name: an action, a version. */
  words: string[];
  flags: ReleaseFlags;
  /** Response of the app to requests without a version. */
  missing?: MissingVersion;
  style: Style;
  /** Writes a line while the command runs. */
  progress(line: string): void;
}

export interface ReleaseFlags {
  wait?: boolean;
  /** Seconds. */
  timeout?: string;
  force?: boolean;
  at?: string;
  sunset?: string;
  last?: string;
  days?: string;
  'dry-run'?: boolean;
}

export interface Flag {
  type: 'string' | 'boolean';
  description: string;
  valueHint?: string;
}

export interface ReleaseCommand {
  description: string;
  /** Arguments as the help shows them: `VERSION`. */
  words: string;
  flags: Partial<Record<keyof ReleaseFlags, Flag>>;
  run(call: ReleaseCall): Promise<CommandResult>;
}
