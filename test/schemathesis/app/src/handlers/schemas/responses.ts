import { z } from 'zod';

export const route = 'GET /schemas/responses';

export const query = z.object({ count: z.number().int().min(0).max(5) });
export const responses = {
  200: z.object({ values: z.array(z.object({ at: z.iso.datetime(), size: z.int() })) }),
};

export const handler: Handler<typeof route> = (req) => ({
  values: Array.from({ length: req.query.count }, (_, size) => ({
    at: new Date(0).toISOString(),
    size,
  })),
});
