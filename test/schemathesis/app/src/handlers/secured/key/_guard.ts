import { HttpError } from '@gati/runtime-h3';

export const security = { apiKey: { in: 'header', name: 'X-Key' } } satisfies Security;

export const guard = ((req, gctx) => {
  if (!gctx.modules.credentials.isKnown(req.headers['x-key']))
    throw new HttpError(401, 'unauthorized');
}) satisfies Guard<'/secured/key'>;
