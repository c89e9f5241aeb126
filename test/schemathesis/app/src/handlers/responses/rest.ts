export const route = 'GET /responses/rest/*rest';

export const handler: Handler<typeof route> = (req) => ({ rest: req.params.rest });
