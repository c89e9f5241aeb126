import { GatiError } from '@gati/contract';

export function databaseError(message: string, fix: string, cause?: unknown): GatiError {
  return new GatiError({ code: 'GATI_DATABASE', message, fix }, { cause });
}
