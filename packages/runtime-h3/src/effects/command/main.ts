/**
 * Entry `@gati/runtime-h3/effects/command`: the command `effects` that `gati` and a built server
 * share. Internal: for the `gati` command; changes without notice.
 */
import {
  printResult,
  type CommandResult,
  type CommandOutput,
  createOutput,
  usageResult,
} from '../../command/output.ts';
import { parseArguments } from '../../command/parse-arguments.ts';
import { usageError } from '../../command/usage-error.ts';
import type { QueueDriver } from '../../ports.ts';
import type { QueueSettings } from '../drivers/queue-opener.ts';
import { ACTIONS, type EffectsFlags } from './actions.ts';

export interface EffectsCommandOptions {
  /** URL of the queue if `--queue` is absent. */
  url: string;
  /** Opens the queue at a URL with the drivers of this process. */
  openQueue(address: string, settings: QueueSettings): Promise<QueueDriver>;
  /** Streams for the output; those of the process by default. */
  output?: CommandOutput | undefined;
}

const OPTIONS = {
  queue: { type: 'string' },
  state: { type: 'string' },
  effect: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  oldest: { type: 'boolean' },
  yes: { type: 'boolean' },
  canary: { type: 'boolean' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const HELP = `List and change the jobs of the queue of effects

  effects list [--state dead] [--effect NAME] [--limit 50] [--cursor NEXT] [--oldest]
                               list jobs, the newest first; with --oldest the oldest
  effects show ID
  effects retry ID…            redrive dead letters, from their first attempt
  effects redrive [--effect NAME]   redrive all dead letters
  effects redrive --canary     redrive one, then ten, then all; stop at the first failure
  effects cancel ID…           cancel jobs that are waiting or delayed
  effects pause NAME [--reason TEXT]   run no job of an effect, in all processes
  effects resume NAME
  effects purge --yes [--state dead] [--effect NAME]   remove completed, cancelled and dead jobs

  --queue=URL   the queue, GATI_EFFECTS by default
  --json        one JSON document on stdout, everything else on stderr`;

/**
 * Runs `effects list` … of `gati` and of a built server. Resolves to the exit code: 0 done, 1
 * failed or not all done, 2 wrong usage.
 */
export async function runEffectsCommand(
  words: string[],
  options: EffectsCommandOptions,
): Promise<number> {
  // An open queue does not keep the process alive.
  const keepAlive = setInterval(() => {}, 1000);
  const output = options.output ?? createOutput(words.includes('--json'));
  const fix = 'Check that the queue can be reached and that its credentials are right.';
  return printResult(output, fix, () => run(words, options, output)).finally(() =>
    clearInterval(keepAlive),
  );
}

async function run(
  words: string[],
  { url, openQueue }: EffectsCommandOptions,
  { style, line: progress }: CommandOutput,
): Promise<CommandResult> {
  const { positionals, values } = parseArguments(words, OPTIONS, { help: 'effects --help' });
  if (values.help) return usageResult(HELP);
  const [name, ...rest] = positionals;
  const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) {
    const known = Object.keys(ACTIONS).join(', ');
    throw usageError(
      name === undefined ? '`effects` needs an action' : `\`effects\` can't \`${name}\``,
      `Use one of ${known}.`,
    );
  }
  const address = values.queue ?? url;
  if (address === 'memory:')
    throw usageError(
      "other processes can't see a queue in memory",
      'Name a shared queue in GATI_EFFECTS or `--queue`.',
    );
  const queue = await openQueue(address, {
    onError: (error) => void process.stderr.write(`${error.message}\n`),
  });
  try {
    return await action({ queue, words: rest, flags: values as EffectsFlags, style, progress });
  } finally {
    await queue.close();
  }
}
