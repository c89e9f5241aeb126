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
  /** The queue where `--queue` names none. */
  url: string;
  /** Opens the queue at an address with the drivers that the process has. */
  openQueue(address: string, settings: QueueSettings): Promise<QueueDriver>;
  /** Where its words go; the process's own streams by default. */
  output?: CommandOutput | undefined;
}

const OPTIONS = {
  queue: { type: 'string' },
  state: { type: 'string' },
  effect: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const HELP = `Read and steer the queue of effects

  effects list [--state dead] [--effect NAME] [--limit 50] [--cursor NEXT]
  effects show ID
  effects retry ID…            dead letters, from their first attempt
  effects redrive [--effect NAME]   all dead letters
  effects cancel ID…           jobs that wait
  effects purge --yes [--state dead] [--effect NAME]   what is through, cancelled or dead

  --queue=URL   the queue, GATI_EFFECTS by default
  --json        one JSON document on stdout, everything else on stderr`;

/**
 * `effects list` … of `gati` and of a built server. Gives the exit code: 0 done, 1 a finding, 2
 * wrong use.
 */
export async function runEffectsCommand(
  words: string[],
  options: EffectsCommandOptions,
): Promise<number> {
  // A queue alone keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  const output = options.output ?? createOutput(words.includes('--json'));
  const fix = 'Check that the queue can be reached and that its credentials are right.';
  return printResult(output, fix, () => run(words, options)).finally(() => clearInterval(alive));
}

async function run(
  words: string[],
  { url, openQueue }: EffectsCommandOptions,
): Promise<CommandResult> {
  const { positionals, values } = parseArguments(words, OPTIONS, { help: 'effects --help' });
  if (values.help) return usageResult(HELP);
  const [name, ...rest] = positionals;
  const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) {
    const known = Object.keys(ACTIONS).join(', ');
    throw usageError(
      name === undefined ? '`effects` needs an action' : `\`effects\` can't \`${name}\``,
      `It is one of ${known}.`,
    );
  }
  const address = values.queue ?? url;
  if (address === 'memory:')
    throw usageError(
      'a queue in memory is seen by its own process alone',
      'Name one that is shared, in GATI_EFFECTS or `--queue`.',
    );
  const queue = await openQueue(address, {
    onError: (error) => void process.stderr.write(`${error.message}\n`),
  });
  try {
    return await action({ queue, words: rest, flags: values as EffectsFlags });
  } finally {
    await queue.close();
  }
}
