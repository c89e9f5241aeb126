export const route = 'POST /uploads/raw';

export const handler: Handler<typeof route> = (req) => ({ bytes: req.rawBody?.length ?? 0 });
