import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Diagnostic, formatDiagnostic, GatiError } from '@gati/contract';
import { ignoreClosedPipe } from './closed-pipe.ts';

/** What a command has to say: to people, and to programs. */
export interface CommandResult {
  lines: string[];
  document: unknown;
  /** 0 done, 1 a finding. */
  code: 0 | 1;
}

/** Where the words of a command go. */
export interface CommandOutput {
  /** For people. */
  line(text: string): void;
  /** For programs. */
  document(value: unknown): void;
}

/** The process's own streams: with `json` one document on stdout and everything else on stderr. */
export function createOutput(json: boolean): CommandOutput {
  ignoreClosedPipe(process.stdout, process.stderr);
  return {
    line: (text) => void (json ? process.stderr : process.stdout).write(`${text}\n`),
    document(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}

/** Runs a command and says what it answers, or why it can't. Gives the exit code: 0 done, 1 a finding, 2 wrong use. @param fix for errors that bring none */
export async function printResult(
  output: CommandOutput,
  fix: string,
  run: () => Promise<CommandResult>,
): Promise<number> {
  try {
    const answer = await run();
    for (const text of answer.lines) output.line(text);
    output.document(answer.document);
    return answer.code;
  } catch (error) {
    const diagnostic = toDiagnostic(error, fix);
    process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    output.document({ errors: [diagnostic] });
    return diagnostic.code === 'GATI_USAGE' ? 2 : 1;
  }
}

export const usageResult = (help: string): CommandResult => ({
  lines: [help],
  document: { usage: help },
  code: 0,
});

/** @throws GatiError `GATI_USAGE` for options that there are not. @param help how people see what there is: `effects --help` */
export function parseWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
  help: string,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>> {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw usageError(
      describeParseError(error as NodeJS.ErrnoException),
      `See what it takes with \`${help}\`.`,
    );
  }
}

/** Node says it in several lines, and other ones with each version. */
function describeParseError({ code, message }: NodeJS.ErrnoException): string {
  const option = /'[^']*?(--?\w[\w-]*)[ =']/.exec(message)?.[1];
  if (option === undefined) return message.split(/\. |\n/)[0]!;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `unknown option \`${option}\``;
  if (message.includes('does not take')) return `\`${option}\` takes no value`;
  return message.includes('ambiguous')
    ? `\`${option}\` needs a value; one that starts with a dash is written \`${option}=VALUE\``
    : `\`${option}\` needs a value`;
}

export function usageError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_USAGE', message, fix });
}

/** Matched by what it carries: another copy of the class is as good. */
function toDiagnostic(error: unknown, fix: string): Diagnostic {
  const { diagnostic, message = String(error) } = (error ?? {}) as {
    diagnostic?: Diagnostic;
    message?: string;
  };
  return diagnostic ?? { code: 'GATI_UNEXPECTED', level: 'error', message, fix };
}
