export const route = 'POST /payments/:id/refund';

export type Body = { reason: string };

export const handler: Handler<typeof route> = async (req, _res, gctx, lctx) => {
  const refunded = await gctx.modules.ledger.release(req.params.id);
  lctx.logger.info('refunded', { payment: req.params.id, reason: req.body.reason });
  return { refunded, by: lctx.clerk.name };
};
