import type { Diagnostic } from '@gati/contract';

/**
 * Removes the other diagnostics of a file with a syntax error. They may only be consequences of the
 * syntax error.
 */
export function withoutFollowUps(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const broken = new Set(
    diagnostics.filter(({ code }) => code === 'GATI_SYNTAX').map(({ file }) => file),
  );
  return diagnostics.filter(({ code, file }) => code === 'GATI_SYNTAX' || !broken.has(file));
}
