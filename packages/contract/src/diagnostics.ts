/** A problem with a stable code, a reason and a way out. Matched by `code`, never by class. */
export interface Diagnostic {
  /** `GATI_…`; each has a page in `docs/errors/`. */
  code: string;
  level: 'error' | 'warning';
  message: string;
  /** What to do about it, one sentence. */
  fix: string;
  /** From the root of the project, with `/`. */
  file?: string;
  /** From 1. */
  line?: number;
  /** From 1. */
  column?: number;
  /** The lines around the place, with a marker under it. */
  frame?: string;
}

/** An error that carries a {@link Diagnostic}. Its message is the diagnostic's, with place and fix. */
export class GatiError extends Error {
  readonly code: string;
  declare readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(formatDiagnostic(diagnostic), options);
    this.name = 'GatiError';
    this.code = diagnostic.code;
    // The message says all of it; who prints the fields of an error would say it twice.
    Object.defineProperty(this, 'diagnostic', { value: diagnostic });
  }
}

/** One diagnostic as text for people: `file:line:column`, code, message, fix. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = diagnostic.file
    ? `${diagnostic.file}${diagnostic.line ? `:${diagnostic.line}:${diagnostic.column ?? 1}` : ''} `
    : '';
  return `${place}${diagnostic.code}: ${diagnostic.message}\n  fix: ${diagnostic.fix}`;
}
