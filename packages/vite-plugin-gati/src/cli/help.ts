import type { Colors } from '../colors.ts';
import { type Argument, type Command, COMMON } from './command.ts';
import { version } from './version.ts';

/** A row of a help table: what the user types, and what it does. */
type Row = [term: string, description: string];

/** Prints the help of `gati`. */
export function printProgramHelp(commands: Command[], colors: Colors): string {
  const names = commands.map(({ name }) => name);
  return join([
    head('Serves and builds the typed, versioned backend of an app', 'gati', colors),
    usage(`gati [OPTIONS] ${names.join('|')}`, colors),
    section(
      'OPTIONS',
      optionRows({
        json: COMMON.json,
        version: { type: 'boolean', alias: 'v', description: 'Print the version' },
      }),
      colors,
    ),
    section(
      'COMMANDS',
      commands.map(({ name, description }): Row => [name, description]),
      colors,
    ),
    `Use ${colors.cyan('gati <command> --help')} for more information about a command.`,
  ]);
}

/** Prints the help of one command. */
export function printCommandHelp({ name, description, args }: Command, colors: Colors): string {
  const all: Record<string, Argument> = { ...args, ...COMMON };
  const positionals = Object.entries(all).filter(([, { type }]) => type === 'positional');
  const words = positionals.map(([word, arg]) =>
    isRequired(arg) ? `<${word.toUpperCase()}>` : `[${word.toUpperCase()}]`,
  );
  const rows = positionals.map(([word, arg]): Row => {
    const hint = arg.valueHint === undefined ? '' : `=<${arg.valueHint}>`;
    const required = isRequired(arg) ? ` ${colors.gray('(Required)')}` : '';
    return [word.toUpperCase() + hint, `${arg.description}${required}`];
  });
  return join([
    head(description, `gati ${name}`, colors),
    usage([`gati ${name} [OPTIONS]`, ...words].join(' '), colors),
    section('ARGUMENTS', rows, colors),
    section('OPTIONS', optionRows(all), colors),
  ]);
}

const isRequired = (arg: Argument): boolean => arg.type === 'positional' && arg.required !== false;

function optionRows(args: Record<string, Argument>): Row[] {
  return Object.entries(args).flatMap(([name, arg]): Row[] => {
    if (arg.type === 'positional') return [];
    const short = arg.alias === undefined ? '' : `-${arg.alias}, `;
    const hint = arg.type === 'string' ? `=<${arg.valueHint ?? name}>` : '';
    const rows: Row[] = [[`${short}--${name}${hint}`, arg.description ?? '']];
    if (arg.negativeDescription !== undefined) rows.push([`--no-${name}`, arg.negativeDescription]);
    return rows;
  });
}

const head = (description: string, name: string, colors: Colors): string =>
  colors.gray(`${description} (${name} v${version()})`);

const usage = (text: string, colors: Colors): string =>
  `${title('USAGE', colors)} ${colors.cyan(text)}`;

const title = (text: string, colors: Colors): string => colors.underline(colors.bold(text));

/**
 * Prints a table with its title, terms aligned to the right. Prints nothing if there are no rows.
 */
function section(name: string, rows: Row[], colors: Colors): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([term]) => term.length));
  const lines = rows.map(([term, description]) =>
    `  ${' '.repeat(width - term.length)}${colors.cyan(term)}    ${description}`.trimEnd(),
  );
  return `${title(name, colors)}\n\n${lines.join('\n')}`;
}

const join = (blocks: string[]): string => blocks.filter((block) => block !== '').join('\n\n');
