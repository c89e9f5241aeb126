export const route = 'GET /call';

/** Calls the module, which has one second to respond. */
export const handler: Handler<typeof route> = (req, res, gctx) =>
  gctx.modules.faulty.double({ n: 1 }, { timeout: 1000 });
