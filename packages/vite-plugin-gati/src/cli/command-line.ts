import { suggest } from '@gati/contract/internal';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseArguments, usageError } from '@gati/runtime-h3/command';
import { type Argument, type Command, COMMON, type Option } from './command.ts';

/** The arguments of `gati NAME`, split from those of a script that it runs. */
export interface CommandLine {
  own: string[];
  /** Arguments after `--`, or after the first positional of a command that passes arguments on. */
  rest: string[];
}

/** Splits the arguments of `gati` from those of a script. */
export function splitArguments(command: Command, args: string[]): CommandLine {
  const own = normalize(command, args);
  const { tokens } = parseArgs({
    args: own,
    options: parseOptionsOf(command),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const end = tokens.find(
    ({ kind }) =>
      kind === 'option-terminator' || (kind === 'positional' && command.passesOn === true),
  );
  if (!end) return { own, rest: [] };
  const index = end.kind === 'positional' ? end.index + 1 : end.index;
  const rest = args.slice(index);
  return { own: own.slice(0, index), rest: rest[0] === '--' ? rest.slice(1) : rest };
}

/**
 * Parses the arguments of a command itself into values by name.
 *
 * @throws {GatiError} GATI_USAGE when an argument is unknown or missing
 */
export function parseCommand(
  command: Command,
  own: string[],
): Record<string, string | boolean | undefined> {
  const options = parseOptionsOf(command);
  const help = `gati ${command.name} --help`;
  const known = Object.entries(options).flatMap(([name, { short }]) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
  const { values, positionals } = parseArguments(own, options, {
    help,
    suggest: (option) => suggest(option, known),
  });
  const found: Record<string, string | boolean | undefined> = {};
  const words = [...positionals];
  for (const [name, arg] of argumentsOf(command)) {
    if (arg.type === 'positional') {
      found[name] = words.shift();
      if (found[name] === undefined && arg.required !== false)
        throw missingError(command.name, name, arg.valueHint);
    } else {
      const isOff = values[`no-${name}`] === true;
      found[name] = isOff ? false : ((values[name] as string | boolean) ?? arg.default);
    }
  }
  if (words.length > 0)
    throw usageError(`\`gati ${command.name}\` takes no \`${words[0]}\``, `See \`${help}\`.`);
  return found;
}

const argumentsOf = ({ args }: Command): [string, Argument][] =>
  Object.entries({ ...args, ...COMMON });

const optionsOf = (command: Command): [string, Option][] =>
  argumentsOf(command).filter((entry): entry is [string, Option] => entry[1].type !== 'positional');

/** The options of a command as `parseArgs` takes them. */
function parseOptionsOf(command: Command): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { type, alias, negativeDescription }] of optionsOf(command)) {
    options[name] = alias === undefined ? { type } : { type, short: alias };
    if (negativeDescription !== undefined) options[`no-${name}`] = { type: 'boolean' };
  }
  return options;
}

/**
 * Rewrites the two forms that `parseArgs` does not accept: `-p=80`, and `--host` without its value.
 */
function normalize(command: Command, args: string[]): string[] {
  const optional = new Set(
    optionsOf(command).flatMap(([name, { valueHint }]) =>
      valueHint?.startsWith('[') ? [`--${name}`] : [],
    ),
  );
  return args.map((arg, index) => {
    const isBare = optional.has(arg) && (args[index + 1]?.startsWith('-') ?? true);
    return isBare ? `${arg}=` : arg.replace(/^(-\w)=/, '$1');
  });
}

function missingError(command: string, name: string, example: string | undefined): Error {
  return usageError(
    `\`gati ${command}\` needs ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`,
    `For example \`gati ${command} ${example ?? name}\`.`,
  );
}
