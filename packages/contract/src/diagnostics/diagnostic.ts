import type { GatiCode } from './codes.ts';

/** An error or a warning with a stable code, a reason and a fix. Match it by `code`. */
export interface Diagnostic {
  /**
   * `npx gati explain CODE` prints the page of a Gati code. Type errors have TypeScript's number.
   */
  code: GatiCode | `TS${number}`;
  level: 'error' | 'warning';
  /** One sentence: what is wrong. */
  message: string;
  /** One sentence: what to do. */
  fix: string;
  /** Path from the root of the project, with `/`. */
  file?: string;
  /** Counted from 1. */
  line?: number;
  /** Counted from 1. */
  column?: number;
  /** Source lines around the position, with a marker below it. */
  frame?: string;
}

/**
 * Formats a diagnostic for people: position, code and message, then the fix and the command that
 * prints the page of the code.
 *
 * @param options.frame Appends the source lines, if the diagnostic has them.
 */
export function formatDiagnostic(
  { code, message, fix, file, line, column = 1, frame }: Diagnostic,
  options: { frame?: boolean } = {},
): string {
  const position = file === undefined ? '' : `${file}${line ? `:${line}:${column}` : ''} `;
  const page = code.startsWith('GATI_') ? `\n  see: npx gati explain ${code}` : '';
  const text = `${position}${code}: ${message}\n  fix: ${fix}${page}`;
  return options.frame && frame ? `${text}\n${frame}` : text;
}
