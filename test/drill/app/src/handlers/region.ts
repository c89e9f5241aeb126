export const route = 'GET /region';

export const handler: Handler<typeof route> = () => ({ region: process.env.REGION ?? '' });
