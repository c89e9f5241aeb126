export const route = 'POST /account';
/** Signing in is public: the guard of this folder does not run. */
export const security = false;

export type Body = {
  /** @minLength 1 */
  name: string;
};

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  res.cookie('session', await gctx.modules.sessions.create(req.body.name));
  res.status = 204;
};
