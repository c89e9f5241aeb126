/**
 * Entry `@gati/runtime-h3/telemetry/command`: the commands `traces`, `trace`, `logs`, `errors`, `metrics` and `trap`, which `gati`
 * and a built server share. Internal: for `gati`; changes without notice.
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
import { openPanelReader } from './panel-reader.ts';
import type { TelemetryReader } from './reader.ts';
import { QUERIES, type QueryName } from './queries.ts';
import { OPTIONS, readRoute, type TelemetryFlags } from './read-flags.ts';

export type { PanelOptions } from './panel-client.ts';
export { openPanelReader } from './panel-reader.ts';
export type { SummaryQuery, TelemetryReader } from './reader.ts';
export { openStoreReader } from './store-reader.ts';
export type { RouteSummary } from './summarize.ts';
export { type QueryName } from './queries.ts';

export interface TelemetryCommandOptions {
  /** Opens the source that the command reads without `--url`. */
  open(): TelemetryReader | Promise<TelemetryReader>;
  /** Path below which the routes of the app are, `/api`. The default is none. */
  base?: string | undefined;
  /** Token for the panel that `--url` names; `GATI_TOKEN`. */
  token: string | undefined;
  /** Streams for the output; those of the process by default. */
  output?: CommandOutput | undefined;
  /** Epoch milliseconds; the clock by default. */
  now?: number;
}

const HELP = `Read what a server observed

  traces    requests, newest first   [--route R] [--method M] [--status 500|5xx] [--version V] [--slower MS]
  trace ID  one trace: requests, spans and log lines   [--incident FILE.html]
  logs      log lines, newest first  [--level LEVEL] [--text TEXT] [--trace ID] [--route R] [--version V]
  errors    errors, grouped by type and place; errors resolve|mute|reopen ID
  metrics   rate, errors and durations of each route
  trap add  capture the next requests or runs that match, with their payloads
            [--route R] [--method M] [--status 500|5xx] [--version V] [--slower MS] [--header NAME]
            [--effect NAME] [--outcome dead] [--limit 5] [--for 10m]
  trap list, trap show ID, trap remove ID

  --since=TIME  how far back: 15m, 2h, 7d; 1h by default
  --limit=N     lines of a page, 50 by default; --cursor=NEXT continues
  --url=URL     read the panel of a running server; GATI_TOKEN is the token for it
  --json        one JSON document on stdout, everything else on stderr

Examples
  traces --status=5xx --since=15m
  logs --level=warn --text=timeout
  metrics --url=https://shop.example --json
  trap add --route=/orders --status=5xx --limit=3`;

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
  { open, token, base = '', now = Date.now() }: TelemetryCommandOptions,
  style: Style,
): Promise<CommandResult> {
  const { positionals, values } = parseArguments(words, OPTIONS, { help: `${name} --help` });
  if (values.help) return usageResult(HELP);
  const given = values as TelemetryFlags;
  const flags = { ...given, ...readRoute(given, base) };
  const query = QUERIES[name]({ words: positionals, flags, now, style });
  const reader =
    flags.url === undefined ? await open() : openPanelReader({ url: flags.url, token });
  try {
    return await query(reader);
  } finally {
    reader.close();
  }
}
