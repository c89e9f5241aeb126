export const route = 'POST /payments/:id/capture';

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const ok = await gctx.modules.ledger.reserve(req.params.id, req.body.amount);
  if (!ok) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  await gctx.effects.enqueue('capturePayment', { id: req.params.id });
  res.status = 202;
  res.body = { state: 'capturing' };
};

export type Body = { amount: number };
