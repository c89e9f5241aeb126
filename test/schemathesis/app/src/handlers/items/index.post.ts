import { randomUUID } from 'node:crypto';

export type Body = {
  /** @minLength 1 */
  name: string;
  /** @minimum 0 */
  price: number;
  tags: string[];
  soldAt?: Date;
};

export const handler: Handler<'POST /items'> = async (req, res, gctx) => {
  const { name, price, tags, soldAt } = req.body;
  const item = { id: randomUUID(), name, price, tags, ...(soldAt && { soldAt }) };
  await gctx.modules.items.put(item);
  res.status = 201;
  res.headers.set('location', `/items/${item.id}`);
  return res.json(item);
};
