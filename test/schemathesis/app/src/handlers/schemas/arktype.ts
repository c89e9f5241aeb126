import { type } from 'arktype';

export const route = 'POST /schemas/arktype';

export const body = type({
  amount: 'number > 0',
  currency: "'EUR' | 'USD'",
  'note?': 'string',
});

export const handler: Handler<typeof route> = (req) => req.body;
