import { HttpError } from '@gati/runtime-h3';

/** What clients send. OpenAPI knows it from here. */
export const security = { cookie: { name: 'session' } } satisfies Security;

/** Runs before each route of this folder, and before the body of the request is read. */
export const guard = (async (req, gctx) => {
  const id = req.cookies['session'];
  const session = id === undefined ? null : await gctx.modules.sessions.find(id);
  if (session === null) throw new HttpError(401, 'unauthorized');
  return { session };
}) satisfies Guard<'/account'>;
