export const route = 'GET /calm';

/** A route without modules. */
export const handler: Handler<typeof route> = () => ({ calm: true });
