import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { validator } from 'hono/validator';
import { announce, created, user, valid } from './work.mjs';

const app = new Hono();
app.get('/users/:id', (c) => c.json(user(c.req.param('id'))));
app.post(
  '/users',
  validator('json', (value, c) => (valid(value) ? value : c.json({ error: 'invalid' }, 400))),
  (c) => c.json(created(c.req.valid('json')), 201),
);
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => announce(info.port));
