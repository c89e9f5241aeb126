import { HttpError } from '@gati/runtime-h3';

/** What clients send. OpenAPI and the client know it from here. */
export const security = { bearer: {} } satisfies Security;

/** Runs before each route of this folder, and before the body of the request is read. */
export const guard = (async (req, gctx) => {
  const [, token] = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
  const clerk = token === undefined ? undefined : await gctx.modules.clerks.findByToken(token);
  if (clerk === undefined) throw new HttpError(401, 'unauthorized');
  return { clerk };
}) satisfies Guard<'/refunds'>;
