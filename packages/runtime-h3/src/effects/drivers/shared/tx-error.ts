import { GatiError } from '@gati/contract';

/** @param reason why the transaction can't be used: a clause without a full stop */
export const txError = (reason: string, fix: string): GatiError =>
  new GatiError({
    code: 'GATI_EFFECTS_TX',
    message: `The job was not enqueued: ${reason}.`,
    fix,
  });
