import { startServer } from '../../../../src/server/index.ts';

await startServer({
  release: async () => (await import('./release.ts')).release,
  client: process.env.CLIENT,
  ...(process.env.COMPRESSION && { compression: JSON.parse(process.env.COMPRESSION) as boolean }),
  ...(process.env.CLOSED && { expose: { metrics: false, openapi: false } }),
});
