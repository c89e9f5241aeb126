import { z } from 'zod';

export const route = 'POST /schemas/zod/:id';

export const params = z.object({ id: z.number().int().positive() });
export const query = z.object({
  page: z.number().int().min(1).max(1000).default(1),
  sort: z.enum(['name', 'age']).optional(),
  verbose: z.boolean().optional(),
});
export const headers = z.object({ 'x-tenant': z.string().min(3).max(12) });
export const body = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), name: z.string().trim(), account: z.uuid() }),
  z.strictObject({
    kind: z.literal('company'),
    staff: z.array(z.string()).max(3),
    since: z.iso.date(),
  }),
]);

export const handler: Handler<typeof route> = (req) => ({
  id: req.params.id,
  page: req.query.page,
  tenant: req.headers['x-tenant'],
  body: req.body,
});
