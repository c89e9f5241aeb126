export const route = 'GET /secured/key/value';

export type Headers = { 'x-size': number };

export const handler: Handler<typeof route> = (req) => ({ size: req.headers['x-size'] });
