import type { GatiCode } from './codes.ts';
import { redactUrls } from './redact-urls.ts';
import { type Diagnostic, formatDiagnostic } from './diagnostic.ts';

/** Input of {@link GatiError}: a {@link Diagnostic} whose `level` defaults to `error`. */
export type GatiErrorInput = Omit<Diagnostic, 'level'> & Partial<Pick<Diagnostic, 'level'>>;

/**
 * An error with a code, a reason and a fix. Its message is the formatted {@link Diagnostic}, without
 * the passwords of URLs in it.
 *
 * Match it with {@link isGatiError}, not with `instanceof`: a bundle may contain its own copy of
 * this class.
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
    const diagnostic: Diagnostic = { level: 'error', ...input, message: redactUrls(input.message) };
    super(formatDiagnostic(diagnostic), options);
    this.name = 'GatiError';
    this.code = diagnostic.code;
    // The fields are not enumerable: a logger that prints the fields of an error would repeat the
    // message.
    Object.defineProperty(this, 'diagnostic', { value: diagnostic });
  }
}

/**
 * Whether a thrown value is an error of Gati, from any copy of this package.
 *
 * @param prefix Matches only codes that start with it.
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
