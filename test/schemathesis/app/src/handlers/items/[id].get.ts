import { HttpError } from '@gati/runtime-h3';

export type Params = {
  /** @format uuid */
  id: string;
};

export const handler: Handler<'GET /items/:id'> = async (req, _res, gctx) => {
  const item = await gctx.modules.items.find(req.params.id);
  if (item === undefined) throw new HttpError(404, 'item_not_found');
  return item;
};
