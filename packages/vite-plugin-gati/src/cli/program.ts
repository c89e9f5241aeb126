import { suggest } from '@gati/contract/internal';
import fs from 'node:fs';
import path from 'node:path';
import { ignoreClosedPipe, usageError } from '@gati/runtime-h3/command';
import { type Command, FINDING, OK, WRONG_USE } from './command.ts';
import { type CommandLine, parseCommand, splitArguments } from './command-line.ts';
import { COMMANDS } from './command-table.ts';
import { printCommandHelp, printProgramHelp } from './help.ts';
import { onInterrupt } from './interrupt.ts';
import { colorsFor } from '../colors.ts';
import { createOutput, type Output, toDiagnostics } from './output.ts';
import { version } from './version.ts';

/** Runs `gati ARGS`. Returns the exit code: 0 success, 1 a finding, 2 wrong use. */
export async function runProgram(args: string[]): Promise<number> {
  const [name, ...words] = args;
  const command = COMMANDS.find((one) => one.name === name);
  const line = command ? splitArguments(command, words) : { own: args, rest: [] };
  // `dev` ends when the reader of its output ends, and a script of `run` handles its streams
  // itself.
  if (name !== 'dev' && name !== 'run') ignoreClosedPipe(process.stdout, process.stderr);
  // `--json` also counts after an unknown option, where the arguments of the command end. Only
  // `run` passes it on.
  const ours = name === 'run' ? line.own : [...line.own, ...line.rest];
  const output = createOutput(ours.includes('--json'));
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help')
      return help(output, words[0]);
    if (name === '--version' || name === '-v') return printVersion(output);
    if (!command) throw unknownCommandError(name);
    if (line.own.includes('--help') || line.own.includes('-h')) return help(output, name);
    return await runCommand(command, line, output);
  } catch (error) {
    const diagnostics = toDiagnostics(error);
    for (const diagnostic of diagnostics) output.diagnostic(diagnostic);
    output.document({ errors: diagnostics });
    return diagnostics.some(({ code }) => code === 'GATI_USAGE') ? WRONG_USE : FINDING;
  }
}

async function runCommand(
  command: Command,
  { own, rest }: CommandLine,
  output: Output,
): Promise<number> {
  const args = parseCommand(command, own);
  if (typeof args.root === 'string') assertFolder(path.resolve(args.root));
  // A script may have its own signal handlers.
  const interrupt = command.passesOn || command.handlesSignals ? undefined : onInterrupt();
  const { run } = await command.load();
  return await run({ args, rest, output, onStop: (stop) => interrupt?.onStop(stop) });
}

/** A command must not create a folder whose name was mistyped. */
function assertFolder(root: string): void {
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw usageError(`there is no folder \`${root}\``, 'Name the folder of the app with `--root`.');
}

function printVersion(output: Output): number {
  if (output.json) output.document({ version: version() });
  else output.line(version());
  return OK;
}

function unknownCommandError(name: string): Error {
  const names = COMMANDS.map((command) => command.name);
  const near = suggest(name, names);
  const what = name.startsWith('-') ? 'option' : 'command';
  return usageError(
    `unknown ${what} \`${name}\``,
    near
      ? `Did you mean \`gati ${near}\`?`
      : `The commands are ${names.join(', ')}; see \`gati --help\`.`,
  );
}

function help(output: Output, name?: string): number {
  const command = COMMANDS.find((one) => one.name === name);
  if (name !== undefined && !name.startsWith('-') && !command) throw unknownCommandError(name);
  const colors = colorsFor(process.stdout, output.json);
  const text = command ? printCommandHelp(command, colors) : printProgramHelp(COMMANDS, colors);
  if (output.json) output.document({ usage: text });
  else output.line(text);
  return OK;
}
