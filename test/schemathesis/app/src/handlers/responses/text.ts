export const route = 'GET /responses/text';

export type Query = { text: string };

export const handler: Handler<typeof route> = (req, res) => res.text(req.query.text);
