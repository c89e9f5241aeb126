export const route = 'GET /secured/bearer/page';

export type Query = {
  /**
   * @integer
   * @minimum 1
   */
  page: number;
};

export const handler: Handler<typeof route> = (req) => ({ page: req.query.page });
