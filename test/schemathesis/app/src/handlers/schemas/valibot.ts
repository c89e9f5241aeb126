import * as v from 'valibot';

export const route = 'POST /schemas/valibot';

export const body = v.object({
  login: v.pipe(v.string(), v.regex(/^[a-z]{2,8}$/)),
  age: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  roles: v.array(v.picklist(['admin', 'guest'])),
});

export const handler: Handler<typeof route> = (req) => req.body;
