import fs from 'node:fs';
import path from 'node:path';
import { escapeOutput, suggest } from '@gati/contract/internal';
import { ignoreClosedPipe, parseArguments, usageError } from '@gati/runtime-h3/command';
import { COMMANDS } from './command-table.ts';
import { type Call, codeOf, type Command, COMMON, OK } from './command.ts';
import { printCommandHelp, printProgramHelp } from './help.ts';
import { runInRegions } from './run-in-regions.ts';
import { createReporter, type Reporter, type ReportMode, toDiagnostic } from './reporter.ts';
import { version } from './version.ts';

/** Runs `gati-deploy ARGS`. Returns the exit code: 0 success, 1 a finding, 2 wrong use, 3 pending. */
export async function runProgram(args: string[]): Promise<number> {
  ignoreClosedPipe(process.stdout, process.stderr);
  const [name, ...rest] = args;
  const mode: ReportMode = args.includes('--events')
    ? 'events'
    : args.includes('--json')
      ? 'json'
      : 'text';
  const reporter = createReporter(mode);
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help')
      return help(reporter, mode, rest[0]);
    if (name === '--version' || name === '-v')
      return print(reporter, mode, version(), { version: version() });
    const command = COMMANDS.find((each) => each.name === name);
    if (!command) throw unknownCommandError(name);
    if (rest.includes('--help') || rest.includes('-h')) return help(reporter, mode, name);
    const { run } = await command.load();
    return await runInRegions(command, parseCall(command, rest, reporter), run);
  } catch (error) {
    const diagnostic = toDiagnostic(error);
    reporter.diagnostic(diagnostic);
    reporter.document({ errors: [diagnostic] });
    return codeOf(diagnostic);
  }
}

function parseCall(command: Command, args: string[], reporter: Reporter): Call {
  const options = { ...command.options, ...COMMON };
  const help = `gati-deploy ${command.name} --help`;
  const { values, positionals } = parseArguments(
    args,
    Object.fromEntries(Object.entries(options).map(([key, { type }]) => [key, { type }])),
    {
      help,
      suggest: (option) =>
        suggest(
          option,
          Object.keys(options).map((key) => `--${key}`),
        ),
    },
  );
  const extra = positionals[command.maxWords];
  if (extra !== undefined)
    throw usageError(`\`gati-deploy ${command.name}\` takes no \`${extra}\``, `See \`${help}\`.`);
  const given = values as Call['options'];
  const root = path.resolve(typeof given['root'] === 'string' ? given['root'] : '.');
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw usageError(`there is no folder \`${root}\``, 'Name the folder of the app with `--root`.');
  return { words: positionals, options: given, root, reporter };
}

function help(reporter: Reporter, mode: ReportMode, name?: string): number {
  const command = COMMANDS.find((each) => each.name === name);
  if (name !== undefined && !name.startsWith('-') && !command) throw unknownCommandError(name);
  const usage = command ? printCommandHelp(command) : printProgramHelp(COMMANDS, version());
  return print(reporter, mode, usage, { usage });
}

function print(reporter: Reporter, mode: ReportMode, text: string, document: unknown): number {
  if (mode === 'text') process.stdout.write(`${escapeOutput(text)}\n`);
  reporter.document(document);
  return OK;
}

function unknownCommandError(name: string): Error {
  const names = COMMANDS.map((command) => command.name);
  const near = suggest(name, names);
  return usageError(
    `unknown ${name.startsWith('-') ? 'option' : 'command'} \`${name}\``,
    near
      ? `Did you mean \`gati-deploy ${near}\`?`
      : `The commands are ${names.join(', ')}; see \`gati-deploy --help\`.`,
  );
}
