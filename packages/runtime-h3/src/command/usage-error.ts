import { GatiError } from '@gati/contract';

/** The error of a command that was called wrongly. Ends with exit code 2. */
export function usageError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_USAGE', message, fix });
}
