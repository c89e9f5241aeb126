import { parseArgs } from 'node:util';
import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { openQueue, type Queues } from '../open.ts';
import { ACTIONS, type EffectsFlags, wrongUse } from './actions.ts';

export interface EffectsCommandOptions {
  /** The queue where `--queue` names none. */
  url: string;
  /** Drivers beside those that are always there. */
  queues?: Queues | undefined;
  /** Where its words go; the process's own streams by default. */
  output?: EffectsOutput | undefined;
}

export interface EffectsOutput {
  /** For people. */
  line(text: string): void;
  /** For programs. */
  document(value: unknown): void;
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

/** `effects list` … of `gati` and of a built server. Gives the exit code: 0 done, 1 a finding, 2 wrong use. */
export async function runEffectsCommand(words: string[], { url, queues, output }: EffectsCommandOptions): Promise<number> {
  const { line, document } = output ?? toOutput(words.includes('--json'));
  // A queue alone keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  try {
    const { positionals, values } = parse(words);
    if (values.help) {
      line(HELP);
      document({ usage: HELP });
      return 0;
    }
    const [name, ...rest] = positionals;
    const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) {
      const known = Object.keys(ACTIONS).join(', ');
      throw wrongUse(name === undefined ? '`effects` needs an action' : `\`effects\` can't \`${name}\``, `It is one of ${known}.`);
    }
    const address = values.queue ?? url;
    if (address === 'memory:')
      throw wrongUse('a queue in memory is seen by its own process alone', 'Name one that is shared, in GATI_EFFECTS or `--queue`.');
    const queue = await openQueue(address, queues, { onError: (error) => void process.stderr.write(`${error.message}\n`) });
    try {
      const answer = await action({ queue, words: rest, flags: values as EffectsFlags });
      for (const text of answer.lines) line(text);
      document(answer.document);
      return answer.code;
    } finally {
      await queue.close();
    }
  } catch (error) {
    const diagnostic = toDiagnostic(error);
    process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    document({ errors: [diagnostic] });
    return diagnostic.code === 'GATI_USAGE' ? 2 : 1;
  } finally {
    clearInterval(alive);
  }
}

function toOutput(json: boolean): EffectsOutput {
  return {
    line: (text) => void (json ? process.stderr : process.stdout).write(`${text}\n`),
    document(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}

function parse(args: string[]): {
  positionals: string[];
  values: { -readonly [Name in keyof typeof OPTIONS]?: (typeof OPTIONS)[Name]['type'] extends 'boolean' ? boolean : string };
} {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw wrongUse((error as Error).message.split('. ')[0]!, 'See what it takes with `effects --help`.');
  }
}

/** Matched by what it carries: another copy of the class is as good. */
function toDiagnostic(error: unknown): Diagnostic {
  const { diagnostic, message = String(error) } = (error ?? {}) as { diagnostic?: Diagnostic; message?: string };
  return (
    diagnostic ?? {
      code: 'GATI_UNEXPECTED',
      level: 'error',
      message,
      fix: 'Check that the queue can be reached and that its credentials are right.',
    }
  );
}
