import express from 'express';
import { announce, created, user, valid } from './work.mjs';

const app = express();
app.get('/users/:id', (req, res) => res.json(user(req.params.id)));
app.post('/users', express.json(), (req, res) => {
  if (!valid(req.body)) return res.status(400).json({ error: 'invalid' });
  res.status(201).json(created(req.body));
});
const server = app.listen(0, '127.0.0.1', () => announce(server.address().port));
