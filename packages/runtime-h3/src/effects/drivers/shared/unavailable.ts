import { GatiError } from '@gati/contract';

/** What people read when the server of the queue does not do its part. `what` holds no password. */
export function unavailableError(what: string, fix: string, cause: unknown): GatiError {
  const message =
    cause instanceof AggregateError
      ? cause.errors.map((each: Error) => each.message).join('; ')
      : (cause as Error).message;
  return new GatiError(
    { code: 'GATI_EFFECTS_AWAY', message: `${what}: ${message}`, fix },
    { cause },
  );
}
