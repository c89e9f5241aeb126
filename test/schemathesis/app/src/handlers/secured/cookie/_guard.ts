import { HttpError } from '@gati/runtime-h3';

export const security = { cookie: { name: 'sid' } } satisfies Security;

export const guard = ((req, gctx) => {
  if (!gctx.modules.credentials.isKnown(req.cookies['sid']))
    throw new HttpError(401, 'unauthorized');
}) satisfies Guard<'/secured/cookie'>;
