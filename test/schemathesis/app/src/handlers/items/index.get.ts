export type Query = {
  /**
   * @integer
   * @minimum 1
   * @maximum 50
   */
  limit?: number;
};

export const handler: Handler<'GET /items'> = async (req, res, gctx) => {
  const items = await gctx.modules.items.list(req.query.limit ?? 20);
  res.headers.set('x-total', String(items.length));
  return items;
};
