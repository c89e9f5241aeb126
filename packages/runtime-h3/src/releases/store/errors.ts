import { type GatiCode, GatiError } from '@gati/contract';

export function storeError(
  code: GatiCode,
  message: string,
  fix: string,
  cause?: unknown,
): GatiError {
  return new GatiError({ code, message, fix }, cause === undefined ? undefined : { cause });
}
