import { printResult, createOutput, usageResult } from '../command/output.ts';
import { usageError } from '../command/usage-error.ts';

/** The commands, each with an example of its arguments and a description. */
const COMMANDS: readonly [usage: string, what: string][] = [
  ['releases list …', 'list and manage the releases of a store'],
  ['activate VERSION', 'make a release current'],
  ['rollback', 'make the previous release current again'],
  ['effects list …', 'list and manage the jobs of the queue'],
  ['modules list …', 'list and swap the modules that run outside of the app'],
  ['migrate', 'apply the missing migrations to the database'],
  ['panel link', 'print a new link to set up the panel, or to get back into it'],
  ['traces, trace ID, logs, errors, metrics', 'read what the server observed'],
  ['trap add', 'capture the next requests that match, with their payloads'],
  ['config list …', 'show and change the settings of the running server'],
  ['scale [N]', 'show or change the number of workers'],
  ['restart [PID]', 'replace all workers in turn, or one'],
  ['explain CODE', 'print the page of an error code'],
];

/** Column of the descriptions in the help. After a longer command, the description starts later. */
const COLUMN = 20;
const HELP = `Serve this app: settings are environment variables, such as PORT and HOST

${[['(no arguments)', 'serve, until SIGTERM'], ...COMMANDS]
  .map(
    ([usage = '', what]) =>
      `  ${usage.length < COLUMN ? usage.padEnd(COLUMN) : `${usage}   `}${what}`,
  )
  .join('\n')}

  Each command explains its arguments with --help, and prints one JSON document with --json.`;

/**
 * Handles a first argument that is not a command: prints the help, or an error, so that a misspelt
 * command does not start another server. Returns the exit code: 0 for help, 2 for wrong use.
 */
export function runOtherCommand(name: string, words: string[]): Promise<number> {
  return printResult(createOutput(words.includes('--json')), '', async () => {
    if (name === '--help' || name === '-h' || name === 'help') return usageResult(HELP);
    const names = COMMANDS.flatMap(([usage]) =>
      usage.split(', ').map((each) => each.split(' ')[0]),
    );
    throw usageError(
      `the server has no command \`${name}\``,
      `The commands are ${[...new Set(names)].join(', ')}. Without an argument the server starts; settings are environment variables, such as PORT=8080.`,
    );
  });
}
