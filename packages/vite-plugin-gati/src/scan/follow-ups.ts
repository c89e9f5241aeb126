import type { Diagnostic } from '@gati/contract';

/**
 * Removes diagnostics that repeat another one:
 *
 * - the other diagnostics of a file with a syntax error, which may only be its consequences;
 * - types that could not be resolved, while any file has a syntax error;
 * - the warning of the analysis about a type error that is reported as an error too.
 */
export function withoutFollowUps(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const broken = new Set(
    diagnostics.filter(({ code }) => code === 'GATI_SYNTAX').map(({ file }) => file),
  );
  const typeErrors = new Set(diagnostics.filter(({ level }) => level === 'error').map(siteOf));
  return diagnostics.filter((diagnostic) => {
    const { code, level, file } = diagnostic;
    if (code !== 'GATI_SYNTAX' && broken.has(file)) return false;
    if (code === 'GATI_TYPE_UNRESOLVED' && broken.size > 0) return false;
    return !(level === 'warning' && isTypeError(diagnostic) && typeErrors.has(siteOf(diagnostic)));
  });
}

/** Whether a diagnostic is an error of TypeScript. */
export const isTypeError = ({ code }: Diagnostic): boolean => code.startsWith('TS');

/** Text that two reports of one type error share. */
export const siteOf = ({ code, file, line, column }: Diagnostic): string =>
  `${file}:${line}:${column} ${code}`;
