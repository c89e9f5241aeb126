export const route = 'GET /text/:kilobytes';

export type Params = { kilobytes: number };

/** A response of this size. */
export const handler: Handler<typeof route> = (req, res) =>
  res.text('x'.repeat(req.params.kilobytes * 1024));
