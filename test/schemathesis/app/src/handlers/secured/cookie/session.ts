export const route = 'GET /secured/cookie/session';

export const handler: Handler<typeof route> = () => ({ open: true });
