export const route = 'GET /loop';

/** Never gives the event loop back. */
export const handler: Handler<typeof route> = () => {
  for (;;) if (performance.now() < 0) return { ended: true };
};
