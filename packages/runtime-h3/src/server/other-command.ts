import { printResult, createOutput, usageResult } from '../command/output.ts';
import { usageError } from '../command/usage-error.ts';

const HELP = `Serve this app: settings are environment variables, such as PORT and HOST

  (no arguments)      serve, until SIGTERM
  releases list …     the releases of a store
  activate VERSION    make a release the current one
  rollback            make the one before the current one
  effects list …      read and steer the queue of effects

  Each command says with --help what it takes, and with --json answers with one JSON document.`;

/** For a first argument that names no command: what is misspelt must not start another server. Gives the exit code: 0 help, 2 wrong use. */
export function runOtherCommand(name: string, words: string[]): Promise<number> {
  return printResult(createOutput(words.includes('--json')), '', async () => {
    if (name === '--help' || name === '-h' || name === 'help') return usageResult(HELP);
    throw usageError(
      `the server has no command \`${name}\``,
      'It is one of activate, rollback, releases and effects, or none to serve; settings are environment variables, such as PORT=8080.',
    );
  });
}
