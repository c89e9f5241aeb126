import { isGatiError } from '@gati/contract';
import { escapeControls, redactUrls } from '@gati/contract/internal';
import { toSourceStack } from '../telemetry/log/source-stack.ts';

/**
 * Formats an error that ends the process, for stderr, without the passwords of URLs. A `GatiError` is shown without its own
 * stack.
 */
export function formatStartupError(error: unknown): string {
  return escapeControls(redactUrls(format(error)));
}

function format(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isGatiError(error)) {
    const cause =
      error.cause instanceof Error
        ? `\n  cause: ${toSourceStack(error.cause.stack ?? error.cause.message)}`
        : '';
    return error.message + cause;
  }
  return toSourceStack(error.stack ?? error.message);
}
