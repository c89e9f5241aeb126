import path from 'node:path';
import { type Diagnostic, formatDiagnostic, isGatiError } from '@gati/contract';
import { type CommandOutput, createStyle, styleFor } from '@gati/runtime-h3/command';
import { colorsFor } from '../colors.ts';

/**
 * Output of a command: lines for people and, with `--json`, one document on stdout for programs.
 */
export interface Output extends CommandOutput {
  readonly json: boolean;
  /** Prints a diagnostic for people on stderr. */
  diagnostic(diagnostic: Diagnostic): void;
}

export function createOutput(json: boolean): Output {
  const write = process.stdout.write.bind(process.stdout);
  // Relies on: console.log calls process.stdout.write. With --json, the output of a user's config,
  // a plugin or a script goes to stderr, so that stdout has only the document.
  if (json)
    process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  const colors = colorsFor(process.stderr, json);
  return {
    json,
    style: json ? createStyle(false) : styleFor(process.stdout),
    line: (text) => void process.stdout.write(`${text}\n`),
    diagnostic(diagnostic) {
      const color = diagnostic.level === 'error' ? colors.red : colors.yellow;
      const text = formatDiagnostic(diagnostic, { frame: true });
      process.stderr.write(`${text.replace(diagnostic.code, (code) => color(code))}\n`);
    },
    document(value) {
      if (json) write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}

/**
 * Returns the diagnostics of a thrown value. Errors without a code become GATI_BUILD_FAILED if they
 * are from a bundler, else GATI_UNEXPECTED.
 */
export function toDiagnostics(error: unknown): Diagnostic[] {
  const found = diagnosticsOf(error);
  if (found) return found;
  const { message = String(error), stack, loc, id, frame, plugin } = (error ?? {}) as BundlerError;
  const text = (process.env.DEBUG?.includes('gati') && stack) || message;
  if (loc ?? id ?? frame ?? plugin) {
    const file = loc?.file ?? id;
    return [
      {
        code: 'GATI_BUILD_FAILED',
        level: 'error',
        message: text,
        fix: 'Correct the place that the message names, and build again.',
        ...(file !== undefined && {
          file: path.isAbsolute(file)
            ? path.relative(process.cwd(), file).split(path.sep).join('/')
            : file,
        }),
        ...(loc && { line: loc.line, column: loc.column + 1 }),
        ...(frame && { frame }),
      },
    ];
  }
  const fix =
    'Run again with DEBUG=gati for the stack; if the cause is not in your files, please report it.';
  return [{ code: 'GATI_UNEXPECTED', level: 'error', message: text, fix }];
}

/** Members that errors of Vite and its plugins may have. */
interface BundlerError {
  message?: string;
  stack?: string;
  loc?: { file?: string; line: number; column: number };
  id?: string;
  frame?: string;
  plugin?: string;
}

/** Returns the diagnostics of an error or of its causes: bundlers wrap the errors of plugins. */
function diagnosticsOf(error: unknown, depth = 0): Diagnostic[] | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { diagnostic, diagnostics, errors, cause } = error as Record<string, unknown>;
  if (isGatiError(error) && diagnostic) return (diagnostics ?? [diagnostic]) as Diagnostic[];
  for (const inner of [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause]) {
    const found = diagnosticsOf(inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}
