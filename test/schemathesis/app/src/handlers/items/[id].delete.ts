import { HttpError } from '@gati/runtime-h3';

export type Params = {
  /** @format uuid */
  id: string;
};

export const handler: Handler<'DELETE /items/:id'> = async (req, res, gctx) => {
  if (!(await gctx.modules.items.remove(req.params.id))) throw new HttpError(404, 'item_not_found');
  res.status = 204;
};
