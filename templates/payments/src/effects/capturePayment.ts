export const effect = 'capturePayment';

/** Runs after the response was sent. Runs again if it throws. */
export async function run(payload: { id: string }, ectx: EffectContext): Promise<void> {
  ectx.logger.info('captured', { payment: payload.id, attempt: ectx.attempt });
}

export const retry = { attempts: 5, delay: 1000, factor: 2 };
