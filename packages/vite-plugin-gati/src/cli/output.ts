import { formatDiagnostic, GatiError, type Diagnostic } from '@gati/contract';
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

/** Colours only on a terminal, and never with `NO_COLOR` (https://no-color.org) or `--json`. */
export function colorsFor(stream: NodeJS.WriteStream, json = false): ReturnType<typeof pc.createColors> {
  return pc.createColors(!json && stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
}

export function createOutput(json: boolean): Output {
  const write = process.stdout.write.bind(process.stdout);
  // What a user's config, a plugin or a script prints must not get between a program and its document.
  if (json) process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  const colors = colorsFor(process.stderr, json);
  return {
    json,
    line: (text) => void process.stdout.write(`${text}\n`),
    diagnostic(diagnostic) {
      const tint = diagnostic.level === 'error' ? colors.red : colors.yellow;
      const text = formatDiagnostic(diagnostic).replace(diagnostic.code, (code) => tint(code));
      process.stderr.write(`${text}${diagnostic.frame ? `\n${diagnostic.frame}` : ''}\n`);
    },
    document(value) {
      if (json) write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}

/** Any thrown value as a diagnostic. What has no code of its own is `GATI_UNEXPECTED`, with its stack for `DEBUG=gati`. */
export function toDiagnostics(error: unknown): Diagnostic[] {
  if (isDiagnosed(error)) return error.diagnostics ?? [error.diagnostic];
  // Rolldown wraps what a plugin throws.
  const inner = error instanceof Error ? ((error as { errors?: unknown[] }).errors ?? (error.cause === undefined ? [] : [error.cause])) : [];
  for (const one of inner) if (isDiagnosed(one)) return one.diagnostics ?? [one.diagnostic];
  const message = error instanceof Error ? ((process.env.DEBUG?.includes('gati') && error.stack) || error.message) : String(error);
  return [
    {
      code: 'GATI_UNEXPECTED',
      level: 'error',
      message,
      fix: 'Run again with DEBUG=gati for the stack; if the cause is not in your files, please report it.',
    },
  ];
}

function isDiagnosed(error: unknown): error is GatiError & { diagnostics?: Diagnostic[] } {
  return typeof error === 'object' && error !== null && 'diagnostic' in error && 'code' in error && String(error.code).startsWith('GATI_');
}
