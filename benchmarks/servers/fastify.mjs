import Fastify from 'fastify';
import { announce, bodySchema, created, createdSchema, user, userSchema } from './work.mjs';

const app = Fastify();
app.get('/users/:id', { schema: { response: { 200: userSchema } } }, async (request) =>
  user(request.params.id),
);
app.post(
  '/users',
  { schema: { body: bodySchema, response: { 201: createdSchema } } },
  async (request, reply) => {
    reply.code(201);
    return created(request.body);
  },
);
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server.address().port);
