import { setTimeout } from 'node:timers/promises';

export const route = 'GET /payments/:id/events';

/** Streams server-sent events, one per state of the payment. */
export const handler: Handler<typeof route> = (req, _res, _gctx, lctx) =>
  states(req.params.id, lctx.signal);

async function* states(
  id: string,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; state: 'reserved' | 'capturing' | 'captured' }> {
  for (const state of ['reserved', 'capturing', 'captured'] as const) {
    yield { id, state };
    await setTimeout(200, undefined, { signal });
  }
}
