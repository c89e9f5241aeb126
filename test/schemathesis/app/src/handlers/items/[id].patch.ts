import { HttpError } from '@gati/runtime-h3';

export type Params = {
  /** @format uuid */
  id: string;
};

export type Body = {
  /** @minLength 1 */
  name?: string;
  soldAt?: Date;
};

export const handler: Handler<'PATCH /items/:id'> = async (req, _res, gctx) => {
  const item = await gctx.modules.items.find(req.params.id);
  if (item === undefined) throw new HttpError(404, 'item_not_found');
  const { name = item.name, soldAt = item.soldAt } = req.body;
  const changed = { ...item, name, ...(soldAt && { soldAt }) };
  await gctx.modules.items.put(changed);
  return changed;
};
