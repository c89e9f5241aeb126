import { GatiError } from '@gati/contract';

/** The error of a command with wrong arguments. The command ends with exit code 2. */
export function usageError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_USAGE', message, fix });
}
