import type { ArgsDef } from 'citty';
import type { Output } from './output.ts';

/** One `gati NAME`. The code behind it is loaded when it is called. */
export interface Command {
  name: string;
  description: string;
  args: ArgsDef;
  /** What stands behind the first positional belongs to the script, not to `gati`. */
  passOn?: boolean;
  load(): Promise<{ run(call: Call): Promise<number> }>;
}

export interface Call {
  args: Record<string, string | boolean | undefined>;
  /** What was passed on. */
  rest: string[];
  output: Output;
  /** Called once at Ctrl-C or SIGTERM, before the process exits. */
  onStop(stop: () => unknown): void;
}

/** Exit codes that scripts rely on. */
export const OK = 0;
export const FINDING = 1;
export const WRONG_USE = 2;

/** Options of every command. */
export const COMMON: ArgsDef = {
  root: { type: 'string', description: 'Folder of the app', valueHint: 'dir' },
  config: { type: 'string', alias: 'c', description: 'Vite config file', valueHint: 'file' },
  mode: {
    type: 'string',
    alias: 'm',
    description: 'Vite mode: which .env files are read',
    valueHint: 'mode',
  },
  json: { type: 'boolean', description: 'One JSON document on stdout, everything else on stderr' },
};
