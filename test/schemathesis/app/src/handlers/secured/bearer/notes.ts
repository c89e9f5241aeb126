export const route = 'POST /secured/bearer/notes';

export type Body = { note: string };

export const handler: Handler<typeof route> = (req) => ({ note: req.body.note });
