export const route = 'GET /account';

export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => ({
  name: lctx.session.name,
});
