import { node } from '@elysiajs/node';
import { Elysia, t } from 'elysia';
import { announce, created, user } from './work.mjs';

const body = t.Object({
  name: t.String(),
  email: t.String(),
  age: t.Number(),
  active: t.Boolean(),
  tags: t.Array(t.String()),
  address: t.Object({ city: t.String(), zip: t.String() }),
});
new Elysia({ adapter: node() })
  .get('/users/:id', ({ params }) => user(params.id))
  .post('/users', ({ body, status }) => status(201, created(body)), { body })
  .listen({ port: Number(process.env.PORT), hostname: '127.0.0.1' }, () =>
    announce(process.env.PORT),
  );
