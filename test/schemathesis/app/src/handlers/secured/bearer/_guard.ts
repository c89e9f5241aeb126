import { HttpError } from '@gati/runtime-h3';

export const security = { bearer: {} } satisfies Security;

export const guard = ((req, gctx) => {
  if (!gctx.modules.credentials.isKnown(req.headers.authorization))
    throw new HttpError(401, 'unauthorized');
}) satisfies Guard<'/secured/bearer'>;
