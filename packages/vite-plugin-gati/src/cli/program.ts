import fs from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, parseArgs, renderUsage } from 'citty';
import { ignoreClosedPipe } from './closed-pipe.ts';
import { COMMANDS } from './commands.ts';
import { COMMON, FINDING, OK, WRONG_USE, type Command } from './command.ts';
import { colorsFor, createOutput, toDiagnostics, type Output } from './output.ts';
import { onInterrupt } from './interrupt.ts';
import { suggest } from './suggest.ts';
import { splitArgs, usageError } from './usage.ts';
import { version } from './version.ts';

/** Runs `gati ARGS` and gives the exit code: 0 done, 1 a finding, 2 wrong use. */
export async function runProgram(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  const command = COMMANDS.find((one) => one.name === name);
  const own = command?.passOn ? upToPositional(rest) : beforeDashes(args);
  // A server that nobody listens to any more ends, and a script has its own way.
  if (name !== 'dev' && name !== 'run') ignoreClosedPipe(process.stdout, process.stderr);
  const output = createOutput(own.includes('--json'));
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help')
      return await help(output, rest[0]);
    if (name === '--version' || name === '-v') return printVersion(output);
    if (!command) throw unknownCommand(name);
    if (own.includes('--help') || own.includes('-h')) return await help(output, name);
    return await runCommand(command, rest, output);
  } catch (error) {
    const diagnostics = toDiagnostics(error);
    for (const diagnostic of diagnostics) output.diagnostic(diagnostic);
    output.document({ errors: diagnostics });
    return diagnostics.some((one) => one.code === 'GATI_USAGE') ? WRONG_USE : FINDING;
  }
}

async function runCommand(command: Command, words: string[], output: Output): Promise<number> {
  const def = { ...command.args, ...COMMON };
  const { own, rest } = splitArgs(command.name, words, def, command.passOn === true);
  for (const [name, arg] of Object.entries(def)) {
    if (
      arg.type === 'positional' &&
      arg.required !== false &&
      own.every((word) => word.startsWith('-'))
    ) {
      throw usageError(
        `\`gati ${command.name}\` needs ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`,
        `For example \`gati ${command.name} ${arg.valueHint ?? name}\`.`,
      );
    }
  }
  const parsed = parseArgs(own, def);
  const values = Object.fromEntries(
    Object.keys(def).map((name) => [name, parsed[name] as string | boolean | undefined]),
  );
  if (typeof values.root === 'string') assertFolder(path.resolve(values.root));
  // A script that is run may have signal handlers of its own.
  const interrupt = command.passOn ? undefined : onInterrupt();
  const { run } = await command.load();
  return await run({ args: values, rest, output, onStop: (stop) => interrupt?.onStop(stop) });
}

/** No command may make the folder that somebody mistyped. */
function assertFolder(root: string): void {
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw usageError(`there is no folder \`${root}\``, 'Name the folder of the app with `--root`.');
}

function beforeDashes(args: string[]): string[] {
  const at = args.indexOf('--');
  return at < 0 ? args : args.slice(0, at);
}

function upToPositional(args: string[]): string[] {
  const at = args.findIndex((arg) => arg === '--' || !arg.startsWith('-'));
  return at < 0 ? args : args.slice(0, at);
}

function printVersion(output: Output): number {
  if (output.json) output.document({ version: version() });
  else output.line(version());
  return OK;
}

function unknownCommand(name: string): Error {
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

async function help(output: Output, name?: string): Promise<number> {
  const command = COMMANDS.find((one) => one.name === name);
  if (name !== undefined && !name.startsWith('-') && !command) throw unknownCommand(name);
  const gati: CommandDef = {
    meta: {
      name: 'gati',
      version: version(),
      description: 'Handlers in, a typed and versioned backend out',
    },
    args: {
      json: COMMON.json!,
      version: { type: 'boolean', alias: 'v', description: 'Print the version' },
    },
    subCommands: Object.fromEntries(COMMANDS.map((one) => [one.name, cittyHelp(one)])),
  };
  const usage = command ? await renderUsage(cittyHelp(command), gati) : await renderUsage(gati);
  const colors = colorsFor(process.stdout, output.json).isColorSupported;
  const text = (colors ? usage : stripVTControlCharacters(usage)).replace(/ +$/gm, '');
  if (output.json) output.document({ usage: text });
  else output.line(text);
  return OK;
}

function cittyHelp(command: Command): CommandDef {
  return {
    meta: { name: command.name, description: command.description },
    args: { ...command.args, ...COMMON },
  };
}
