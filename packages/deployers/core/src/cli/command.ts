import type { Diagnostic } from '@gati/contract';
import type { Reporter } from './reporter.ts';

/** One command, `gati-deploy NAME`. */
export interface Command {
  name: string;
  description: string;
  /** Words after the name, for the help text: `[ENV]`. */
  words?: string;
  /** Maximum number of words of the command. */
  maxWords: number;
  options: Record<string, CommandOption>;
  /** Shown by `--help`. */
  examples: string[];
  /**
   * How the command runs in an environment with several regions. `each`: one after another, up to
   * the first failure. `all`: in every region. Absent: the command needs `--region`.
   */
  regions?: 'each' | 'all';
  load(): Promise<{ run(call: Call): Promise<number> }>;
}

export interface CommandOption {
  type: 'string' | 'boolean';
  description: string;
  /** Name of the value: `DIR`. */
  hint?: string;
}

export interface Call {
  words: string[];
  options: Record<string, string | boolean | undefined>;
  /** Absolute path of the app. */
  root: string;
  reporter: Reporter;
}

/** Exit codes, which scripts rely on. */
export const OK = 0;
/** The command has a finding, or a rollout failed. */
export const FINDING = 1;
export const WRONG_USE = 2;
/** The app serves, but a check is not successful yet. */
export const PENDING = 3;

/** Returns the exit code of a command that ends with an error. */
export const codeOf = ({ code }: Pick<Diagnostic, 'code'>): number =>
  code === 'GATI_USAGE' ? WRONG_USE : FINDING;

/** Options of every command. */
export const COMMON: Record<string, CommandOption> = {
  root: { type: 'string', hint: 'DIR', description: 'Folder of the app' },
  region: { type: 'string', hint: 'NAME', description: 'One of the regions of the settings' },
  json: { type: 'boolean', description: 'Print one JSON document on stdout, the rest on stderr' },
  events: { type: 'boolean', description: 'Print one JSON object per event on stdout' },
};

export const TAKE_OVER: CommandOption = {
  type: 'boolean',
  description: 'Replace values that other tools own',
};

export const ALLOW_MAJOR: CommandOption = {
  type: 'boolean',
  description: 'Deploy a release that breaks promises of the live one',
};

/** Options of a deploy to Kubernetes. */
export const KUBERNETES: Record<string, CommandOption> = {
  'dry-run': {
    type: 'boolean',
    description: 'Let the cluster check the requests, store nothing',
  },
  'take-over': TAKE_OVER,
  'allow-major': ALLOW_MAJOR,
};
