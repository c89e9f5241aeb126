import type { CommandResult } from '../../command/output.ts';
import type { ReleaseStore } from '../../ports.ts';

/** One call of a command that reads or steers a store, however its words came in. */
export interface ReleaseCall {
  store: ReleaseStore;
  /** What stands behind the name: an action, a version. */
  words: string[];
  flags: ReleaseFlags;
  /** A line while it is still at work. */
  progress(line: string): void;
}

export interface ReleaseFlags {
  wait?: boolean;
  /** Seconds. */
  timeout?: string;
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
  /** As the help shows them: `VERSION`. */
  words: string;
  flags: Partial<Record<keyof ReleaseFlags, Flag>>;
  run(call: ReleaseCall): Promise<CommandResult>;
}
