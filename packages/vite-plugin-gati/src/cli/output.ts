import path from 'node:path';
import { type Diagnostic, formatDiagnostic, isGatiError } from '@gati/contract';
import { wantsColors } from '@gati/contract/internal';
import pc from 'picocolors';

/** Where a command's words go: people read lines, programs read one JSON document on stdout. */
export interface Output {
  readonly json: boolean;
  /** A line for people; on stderr with `--json`. */
  line(text: string): void;
  /** A diagnostic for people, on stderr. */
  diagnostic(diagnostic: Diagnostic): void;
  /** The one JSON document; nothing without `--json`. */
  document(value: unknown): void;
}

/** Colours where people want them, and never with `--json`. */
export function colorsFor(
  stream: NodeJS.WriteStream,
  json = false,
): ReturnType<typeof pc.createColors> {
  return pc.createColors(!json && wantsColors(stream, process.env));
}

export function createOutput(json: boolean): Output {
  const write = process.stdout.write.bind(process.stdout);
  // What a user's config, a plugin or a script prints must not get between a program and its document.
  if (json)
    process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  const colors = colorsFor(process.stderr, json);
  return {
    json,
    line: (text) => void process.stdout.write(`${text}\n`),
    diagnostic(diagnostic) {
      const tint = diagnostic.level === 'error' ? colors.red : colors.yellow;
      const text = formatDiagnostic(diagnostic, { frame: true });
      process.stderr.write(`${text.replace(diagnostic.code, (code) => tint(code))}\n`);
    },
    document(value) {
      if (json) write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}

/** Any thrown value as diagnostics. What has no code of its own is `GATI_BUILD_FAILED` from a bundler, else `GATI_UNEXPECTED`. */
export function toDiagnostics(error: unknown): Diagnostic[] {
  const found = diagnosed(error);
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
        fix: 'Correct the place that the message names and build again.',
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

interface BundlerError {
  message?: string;
  stack?: string;
  loc?: { file?: string; line: number; column: number };
  id?: string;
  frame?: string;
  plugin?: string;
}

/** The diagnostics that an error carries; bundlers wrap what a plugin throws. */
function diagnosed(error: unknown, depth = 0): Diagnostic[] | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { diagnostic, diagnostics, errors, cause } = error as Record<string, unknown>;
  if (isGatiError(error) && diagnostic) return (diagnostics ?? [diagnostic]) as Diagnostic[];
  for (const inner of [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause]) {
    const found = diagnosed(inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}
