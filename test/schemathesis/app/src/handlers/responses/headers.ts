export const route = 'GET /responses/headers';

export type Query = { count: number };

export const handler: Handler<typeof route> = (req, res) => {
  res.headers.set('x-count', String(req.query.count));
  res.headers.set('x-even', String(req.query.count % 2 === 0));
  res.headers.set('cache-control', 'no-store');
  return { count: req.query.count };
};
