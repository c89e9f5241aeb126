import {
  printResult,
  type CommandResult,
  type CommandOutput,
  createOutput,
  usageResult,
} from '../../command/output.ts';
import { parseArguments } from '../../command/parse-arguments.ts';
import { usageError } from '../../command/usage-error.ts';
import type { MissingVersion } from '../../types/served-release.ts';
import { openReleaseStore } from '../store/open-store.ts';
import { RELEASE_COMMANDS } from './commands.ts';
import type { Flag, ReleaseCommand, ReleaseFlags } from './release-command.ts';

const COMMON_FLAGS: Record<'store' | 'json' | 'help', Flag> = {
  store: {
    type: 'string',
    description: 'The release store, GATI_RELEASES by default',
    valueHint: 'url',
  },
  json: { type: 'boolean', description: 'One JSON document on stdout, everything else on stderr' },
  help: { type: 'boolean', description: 'This text' },
};

/**
 * Runs `releases list`, `activate 1.2.0` and so on in a built server, where `gati` is not installed.
 * Returns the exit code: 0 done, 1 a finding or an error, 2 wrong use.
 */
export function runReleaseCommand(
  name: keyof typeof RELEASE_COMMANDS,
  words: string[],
  missing: MissingVersion,
): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const fix = 'Check that the release store can be reached and that its credentials are right.';
  return printResult(output, fix, () => run(name, words, missing, output));
}

async function run(
  name: keyof typeof RELEASE_COMMANDS,
  words: string[],
  missing: MissingVersion,
  output: CommandOutput,
): Promise<CommandResult> {
  const command = RELEASE_COMMANDS[name];
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, ...COMMON_FLAGS }).map(([flag, { type }]) => [
      flag,
      { type },
    ]),
  );
  const { positionals, values } = parseArguments(words, options, { help: '--help' });
  if (values.help) return usageResult(printHelp(name, command));
  const url = (values.store as string | undefined) || process.env.GATI_RELEASES;
  if (!url)
    throw usageError(
      `\`${name}\` needs a release store`,
      'Set GATI_RELEASES or `--store` to its address.',
    );
  const store = await openReleaseStore(url);
  try {
    return await command.run({
      store,
      words: positionals,
      flags: values as ReleaseFlags,
      missing,
      style: output.style,
      progress: output.line,
    });
  } finally {
    await store.close();
  }
}

function printHelp(name: string, command: ReleaseCommand): string {
  const flags = Object.entries({ ...command.flags, ...COMMON_FLAGS }).map(
    ([flag, { description, valueHint } = COMMON_FLAGS.help]) => {
      return `  --${`${flag}${valueHint === undefined ? '' : `=${valueHint}`}`.padEnd(18)} ${description}`;
    },
  );
  return [`${command.description}`, '', `  ${name} ${command.words}`.trimEnd(), '', ...flags].join(
    '\n',
  );
}
