export const route = 'POST /comments';

type Comment = { text: string; parent: Comment | null };

export type Body = Comment;

export const handler: Handler<typeof route> = (req) => ({ text: req.body.text });
