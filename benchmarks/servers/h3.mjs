import { H3, readBody, serve } from 'h3';
import { announce, created, user, valid } from './work.mjs';

const app = new H3();
app.get('/users/:id', (event) => user(event.context.params.id));
app.post('/users', async (event) => {
  const body = await readBody(event);
  if (!valid(body)) {
    event.res.status = 400;
    return { error: 'invalid' };
  }
  event.res.status = 201;
  return created(body);
});
const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true });
await server.ready();
announce(new URL(server.url).port);
