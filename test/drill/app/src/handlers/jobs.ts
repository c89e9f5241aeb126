export const route = 'POST /jobs';

export type Body = { id: string };

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  await gctx.effects.enqueue('record', { id: req.body.id });
  res.status = 202;
  res.body = { id: req.body.id };
};
