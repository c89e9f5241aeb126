export const route = 'POST /responses/nothing';

export const handler: Handler<typeof route> = () => undefined;
