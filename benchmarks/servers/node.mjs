import http from 'node:http';
import { announce, created, user, valid } from './work.mjs';

const send = (res, status, value) => {
  const text = JSON.stringify(value);
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  res.end(text);
};
const server = http.createServer((req, res) => {
  if (req.method === 'GET' && req.url.startsWith('/users/'))
    return send(res, 200, user(req.url.slice(7)));
  if (req.method === 'POST' && req.url === '/users') {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      if (!valid(body)) return send(res, 400, { error: 'invalid' });
      send(res, 201, created(body));
    });
    return;
  }
  send(res, 404, { error: 'not found' });
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
