export const route = 'GET /responses/bytes/:length';

export type Params = {
  /**
   * @integer
   * @minimum 0
   * @maximum 1000
   */
  length: number;
};

export const handler: Handler<typeof route> = (req, res) => {
  res.headers.set('content-type', 'application/octet-stream');
  return new Uint8Array(req.params.length);
};
