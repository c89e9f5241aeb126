import { isGatiError } from '@gati/contract';

/** Formats an error that ends the process, for stderr. A `GatiError` is shown without its own stack. */
export function formatStartupError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isGatiError(error)) {
    const cause =
      error.cause instanceof Error ? `\n  cause: ${error.cause.stack ?? error.cause.message}` : '';
    return error.message + cause;
  }
  return error.stack ?? error.message;
}
