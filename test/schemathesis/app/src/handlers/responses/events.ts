export const route = 'GET /responses/events';

export const handler: Handler<typeof route> = async function* () {
  yield { at: new Date(0), size: 1 };
  yield { at: new Date(1), size: 2 };
};
