import type { Output } from './output.ts';

/** One command, `gati NAME`. */
export interface Command {
  name: string;
  description: string;
  /** Keyed by name, in the order of the help text. */
  args: Record<string, Argument>;
  /** Whether arguments after the first positional belong to a script, not to `gati`. */
  passesOn?: boolean;
  /** Whether Ctrl-C and SIGTERM are for the command, not for `gati`. */
  handlesSignals?: boolean;
  /** Imports the code of the command. */
  load(): Promise<{ run(call: Call): Promise<number> }>;
}

export type Argument = Option | Positional;

/** `--NAME`. */
export interface Option {
  type: 'string' | 'boolean';
  description?: string;
  /** `p` for `-p`. */
  alias?: string;
  /** Name of the value in the help text. In brackets, the value may be left out: `[address]`. */
  valueHint?: string;
  default?: boolean;
  /** Describes `--no-NAME`, which sets a boolean to false. Other booleans have no such form. */
  negativeDescription?: string;
}

export interface Positional {
  type: 'positional';
  description: string;
  /** `true` by default. */
  required?: boolean;
  /** An example of the value. */
  valueHint?: string;
}

/** One call of a command. */
export interface Call {
  /** Values by name. The value of `--host` without an address is `''`. */
  args: Record<string, string | boolean | undefined>;
  /** Arguments for the script. */
  rest: string[];
  output: Output;
  /** Registers a function that runs on Ctrl-C or SIGTERM, before the process exits. */
  onStop(stop: () => unknown): void;
}

/** Exit codes, which scripts rely on. */
export const OK = 0;
/** Something was found in the app, or failed. */
export const FINDING = 1;
export const WRONG_USE = 2;

/** Options of every command. */
export const COMMON: Record<'root' | 'config' | 'mode' | 'json', Option> = {
  root: { type: 'string', description: 'Folder of the app', valueHint: 'dir' },
  config: { type: 'string', alias: 'c', description: 'Vite config file', valueHint: 'file' },
  mode: {
    type: 'string',
    alias: 'm',
    description: 'Vite mode, which selects the .env files',
    valueHint: 'mode',
  },
  json: {
    type: 'boolean',
    description: 'Print one JSON document on stdout, everything else on stderr',
  },
};
