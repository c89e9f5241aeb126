export const route = 'POST /uploads/either';

export const accept = ['json', 'form'];

export type Body = { name: string; topics: string[]; terms?: boolean; born: Date | null };

export const handler: Handler<typeof route> = (req) => req.body;
