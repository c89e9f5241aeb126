import { GatiError } from '@gati/contract';

/** @param reason without a full stop */
export const changeError = (reason: string): GatiError =>
  new GatiError({
    code: 'GATI_OPERATE',
    message: `The cluster was not changed: ${reason}.`,
    fix: 'Load the page again, and check what it shows.',
  });
