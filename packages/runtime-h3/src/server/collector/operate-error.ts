import { GatiError } from '@gati/contract';

/** @param reason without a full stop */
export const operateError = (reason: string): GatiError =>
  new GatiError({
    code: 'GATI_OPERATE',
    message: `The processes were not changed: ${reason}.`,
    fix: 'The page Scaling shows the workers, and the largest number that this machine allows.',
  });
