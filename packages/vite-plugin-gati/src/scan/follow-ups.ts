import type { Diagnostic } from '@gati/contract';

/**
 * Leaves out what else was found in a file with a syntax error: it follows from the error, or from
 * the text before it.
 */
export function withoutFollowUps(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const broken = new Set(
    diagnostics.filter(({ code }) => code === 'GATI_SYNTAX').map(({ file }) => file),
  );
  return diagnostics.filter(({ code, file }) => code === 'GATI_SYNTAX' || !broken.has(file));
}
