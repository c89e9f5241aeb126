import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { escapeControls, escapeOutput, redactUrls } from '@gati/contract/internal';
import { ignoreClosedPipe } from './closed-pipe.ts';
import { createStyle, type Style, styleFor } from './style.ts';

/** Result of a command: lines for people, a JSON document for programs. */
export interface CommandResult {
  lines: string[];
  document: unknown;
  /** 0 for success, 1 for a finding. */
  code: 0 | 1;
}

/** Output of a command. */
export interface CommandOutput {
  /** Style of the lines. Plain if they go to a file, or if a JSON document is printed too. */
  readonly style: Style;
  /** Prints a line for people. */
  line(text: string): void;
  /** Prints the JSON document for programs. */
  document(value: unknown): void;
}

/**
 * Creates the output on stdout and stderr. With `json`, stdout gets the document and stderr
 * everything else. Without `json`, no document is printed.
 */
export function createOutput(json: boolean): CommandOutput {
  ignoreClosedPipe(process.stdout, process.stderr);
  return {
    style: json ? createStyle(false) : styleFor(process.stdout),
    line: (text) => void (json ? process.stderr : process.stdout).write(`${escapeOutput(text)}\n`),
    document(value) {
      if (json) process.stdout.write(`${escapeControls(JSON.stringify(value, undefined, 2))}\n`);
    },
  };
}

/**
 * Runs a command and prints its result, or its error. Returns the exit code: 0 success, 1 a finding,
 * 2 wrong use.
 *
 * @param fix for errors that have none
 */
export async function printResult(
  output: CommandOutput,
  fix: string,
  run: () => Promise<CommandResult>,
): Promise<number> {
  try {
    const { lines, document, code } = await run();
    for (const text of lines) output.line(text);
    output.document(document);
    return code;
  } catch (error) {
    const diagnostic = diagnosticOf(error, fix);
    process.stderr.write(`${escapeOutput(formatDiagnostic(diagnostic))}\n`);
    output.document({ errors: [diagnostic] });
    return diagnostic.code === 'GATI_USAGE' ? 2 : 1;
  }
}

export const usageResult = (help: string): CommandResult => ({
  lines: [help],
  document: { usage: help },
  code: 0,
});

/**
 * Returns the diagnostic of an error. Does not use `instanceof`, since the error may be of another
 * copy of the class.
 */
function diagnosticOf(error: unknown, fix: string): Diagnostic {
  const { diagnostic, message = String(error) } = (error ?? {}) as {
    diagnostic?: Diagnostic;
    message?: string;
  };
  return (
    diagnostic ?? { code: 'GATI_UNEXPECTED', level: 'error', message: redactUrls(message), fix }
  );
}
