/**
 * The commands `traces`, `trace`, `logs`, `errors` and `metrics`, which `gati` and a built server
 * share.
 */
import {
  type CommandOutput,
  type CommandResult,
  createOutput,
  printResult,
  usageResult,
} from '../../command/output.ts';
import { parseArguments } from '../../command/parse-arguments.ts';
import type { Style } from '../../command/style.ts';
import type { TelemetrySource } from '../../types/telemetry-source.ts';
import { QUERIES, type QueryName } from './queries.ts';
import { OPTIONS, type TelemetryFlags } from './read-flags.ts';

export interface TelemetryCommandOptions {
  /** Opens what the command reads from. */
  open(): Promise<{ source: TelemetrySource; close(): void }>;
  /** Streams for the output; those of the process by default. */
  output?: CommandOutput | undefined;
  /** Epoch milliseconds; the clock by default. */
  now?: number;
}

const HELP = `Read what a server observed

  traces    requests, newest first   [--route R] [--method M] [--status 500|5xx] [--version V] [--slower MS]
  trace ID  one trace: requests, spans and log lines
  logs      log lines, newest first  [--level LEVEL] [--text TEXT] [--trace ID] [--route R] [--version V]
  errors    errors, grouped by type and place
  metrics   rate, errors and durations of each route

  --since=TIME  how far back: 15m, 2h, 7d; 1h by default
  --limit=N     lines of a page, 50 by default; --cursor=NEXT continues
  --json        one JSON document on stdout, everything else on stderr`;

/** Whether a word is one of these commands. */
export function isTelemetryCommand(word: string): word is QueryName {
  return Object.hasOwn(QUERIES, word);
}

/** Runs a command. Resolves to the exit code: 0 done, 1 failed or nothing found, 2 wrong usage. */
export async function runTelemetryCommand(
  name: QueryName,
  words: string[],
  options: TelemetryCommandOptions,
): Promise<number> {
  const output = options.output ?? createOutput(words.includes('--json'));
  return printResult(
    output,
    'Check that the server collects telemetry: GATI_TELEMETRY names the store.',
    () => run(name, words, options, output.style),
  );
}

async function run(
  name: QueryName,
  words: string[],
  { open, now = Date.now() }: TelemetryCommandOptions,
  style: Style,
): Promise<CommandResult> {
  const { positionals, values } = parseArguments(words, OPTIONS, { help: `${name} --help` });
  if (values.help) return usageResult(HELP);
  const query = QUERIES[name]({ words: positionals, flags: values as TelemetryFlags, now, style });
  const { source, close } = await open();
  try {
    return await query(source);
  } finally {
    close();
  }
}
