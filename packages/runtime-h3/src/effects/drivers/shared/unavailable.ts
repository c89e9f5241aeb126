import { GatiError } from '@gati/contract';

/**
 * Returns the error for a queue whose server can't be used. `failure` must not contain a password.
 */
export function unavailableError(failure: string, fix: string, cause: unknown): GatiError {
  const message =
    cause instanceof AggregateError
      ? cause.errors.map((each: Error) => each.message).join('; ')
      : (cause as Error).message;
  return new GatiError(
    { code: 'GATI_EFFECTS_AWAY', message: `${failure}: ${message}`, fix },
    { cause },
  );
}
