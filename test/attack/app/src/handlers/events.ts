export const route = 'GET /events';

/** Events without an end, as fast as the client takes them. */
export const handler: Handler<typeof route> = async function* () {
  for (let n = 0; ; n++) yield { n, text: 'x'.repeat(1000) };
};
