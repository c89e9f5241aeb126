import { type Command, type CommandOption, COMMON } from './command.ts';

type Row = [term: string, description: string];

export function printProgramHelp(commands: Command[], version: string): string {
  return [
    `gati-deploy ${version}: deploys a built Gati app`,
    `Usage: gati-deploy COMMAND [OPTIONS]`,
    table(
      'Commands',
      commands.map(({ name, words, description }) => [
        [name, words].filter(Boolean).join(' '),
        description,
      ]),
    ),
    table('Options', optionRows(COMMON)),
    'Exit codes: 0 success, 1 a finding or a failed rollout, 2 wrong use, 3 pending.\n`gati-deploy COMMAND --help` has examples.',
  ].join('\n\n');
}

export function printCommandHelp({ name, words, description, options, examples }: Command): string {
  return [
    description,
    `Usage: ${['gati-deploy', name, words, '[OPTIONS]'].filter(Boolean).join(' ')}`,
    table('Options', optionRows({ ...options, ...COMMON })),
    `Examples\n\n${examples.map((example) => `  ${example}`).join('\n')}`,
  ].join('\n\n');
}

const optionRows = (options: Record<string, CommandOption>): Row[] =>
  Object.entries(options).map(([name, { hint, description }]) => [
    `--${name}${hint === undefined ? '' : ` ${hint}`}`,
    description,
  ]);

function table(title: string, rows: Row[]): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  const lines = rows.map(([term, description]) => `  ${term.padEnd(width)}  ${description}`);
  return `${title}\n\n${lines.join('\n')}`;
}
