import { type GatiCode, GatiError } from '@gati/contract';

/** Creates an error of a release store or of a command on it. */
export function storeError(
  code: GatiCode,
  message: string,
  fix: string,
  cause?: unknown,
): GatiError {
  return new GatiError({ code, message, fix }, cause === undefined ? undefined : { cause });
}
