import type { GatiCode } from './codes.ts';
import { type Diagnostic, formatDiagnostic } from './diagnostic.ts';

/** What {@link GatiError} is made of: a {@link Diagnostic} whose `level` is `error` unless it says otherwise. */
export type GatiErrorInput = Omit<Diagnostic, 'level'> & Partial<Pick<Diagnostic, 'level'>>;

/**
 * An error with a code, a reason and a fix. Its message is the formatted {@link Diagnostic}.
 *
 * Match it with {@link isGatiError}, not with `instanceof`: a bundle may have its own copy of this class.
 *
 * @example
 * throw new GatiError({
 *   code: 'GATI_BAD_ENV',
 *   message: "PORT=http can't be used.",
 *   fix: 'Set PORT to a port from 0 to 65535.',
 * });
 */
export class GatiError extends Error {
  readonly code: Diagnostic['code'];
  declare readonly diagnostic: Diagnostic;

  constructor(input: GatiErrorInput, options?: ErrorOptions) {
    const diagnostic: Diagnostic = { level: 'error', ...input };
    super(formatDiagnostic(diagnostic), options);
    this.name = 'GatiError';
    this.code = diagnostic.code;
    // Not enumerable: the message holds all of it, and a logger that prints an error's fields would repeat it.
    Object.defineProperty(this, 'diagnostic', { value: diagnostic });
  }
}

/**
 * Whether a thrown value is an error of Gati, from whichever copy of this package.
 *
 * @param prefix Limits the match to codes that begin so.
 * @example
 * if (isGatiError(error, 'GATI_MODULE_')) …
 */
export function isGatiError(
  error: unknown,
  prefix: `GATI_${string}` = 'GATI_',
): error is Error & { code: GatiCode } {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.startsWith(prefix);
}
