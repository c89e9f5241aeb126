import { GatiError } from '@gati/contract';

export function storeError(code: string, message: string, fix: string, cause?: unknown): GatiError {
  return new GatiError(
    { code, level: 'error', message, fix },
    cause === undefined ? undefined : { cause },
  );
}
