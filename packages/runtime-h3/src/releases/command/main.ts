import { parseArgs } from 'node:util';
import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { openReleaseStore } from '../store/open.ts';
import { RELEASE_COMMANDS } from './commands.ts';
import { wrongUse } from './read.ts';
import type { Flag, ReleaseCommand, ReleaseFlags } from './types.ts';

const COMMON: Record<'store' | 'json' | 'help', Flag> = {
  store: { type: 'string', description: 'The release store, GATI_RELEASES by default', valueHint: 'url' },
  json: { type: 'boolean', description: 'One JSON document on stdout, everything else on stderr' },
  help: { type: 'boolean', description: 'This text' },
};

/** `releases list`, `activate 1.2.0` … of a built server, where no `gati` is installed. Gives the exit code: 0 done, 1 a finding, 2 wrong use. */
export async function runReleaseCommand(name: keyof typeof RELEASE_COMMANDS, words: string[]): Promise<number> {
  const json = words.includes('--json');
  const out = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const document = (value: unknown): void => {
    if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  };
  try {
    const command = RELEASE_COMMANDS[name];
    const { positionals, values } = parse(command, words);
    if (values.help) {
      out(toHelp(name, command));
      document({ usage: toHelp(name, command) });
      return 0;
    }
    const url = (values.store as string | undefined) || process.env.GATI_RELEASES;
    if (!url) throw wrongUse(`\`${name}\` needs a release store`, 'Set GATI_RELEASES, or name it with `--store`.');
    const store = await openReleaseStore(url);
    try {
      const answer = await command.run({ store, words: positionals, flags: values as ReleaseFlags, progress: out });
      for (const line of answer.lines) out(line);
      document(answer.document);
      return answer.code;
    } finally {
      await store.close();
    }
  } catch (error) {
    const diagnostic = toDiagnostic(error);
    process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    document({ errors: [diagnostic] });
    return diagnostic.code === 'GATI_USAGE' ? 2 : 1;
  }
}

function parse(command: ReleaseCommand, args: string[]): ReturnType<typeof parseArgs> {
  const options = Object.fromEntries(Object.entries({ ...command.flags, ...COMMON }).map(([name, flag]) => [name, { type: flag!.type }]));
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw wrongUse((error as Error).message.split('. ')[0]!, 'See what it takes with `--help`.');
  }
}

function toHelp(name: string, command: ReleaseCommand): string {
  const flags = Object.entries({ ...command.flags, ...COMMON }).map(([flag, { description, valueHint } = COMMON.help]) => {
    return `  --${`${flag}${valueHint === undefined ? '' : `=${valueHint}`}`.padEnd(18)} ${description}`;
  });
  return [`${command.description}`, '', `  ${name} ${command.words}`.trimEnd(), '', ...flags].join('\n');
}

/** Matched by what it carries: another copy of the class is as good. */
function toDiagnostic(error: unknown): Diagnostic {
  const { diagnostic, message = String(error) } = (error ?? {}) as { diagnostic?: Diagnostic; message?: string };
  return (
    diagnostic ?? {
      code: 'GATI_UNEXPECTED',
      level: 'error',
      message,
      fix: 'Check that the release store can be reached and that its credentials are right.',
    }
  );
}
