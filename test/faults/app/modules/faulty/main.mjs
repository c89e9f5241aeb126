// !/usr/bin/env node A module with the fault that `FAULT` names. It writes HTTP to bare sockets, so
// that it can break every rule.
import net from 'node:net';
import path from 'node:path';
import { FAULTS } from './faults.mjs';

if (process.env.GATI_MODULE !== '1') {
  console.log('A module of `npm run faults`.');
  process.exit();
}
const fault = FAULTS[process.env.FAULT] ?? {};
const number = {
  type: 'object',
  properties: { n: { type: 'number' } },
  required: ['n'],
};
const descriptor = {
  name: 'faulty',
  version: '1.0.0',
  protocol: 1,
  methods: { double: { input: number, output: number } },
};
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

function respond(socket, value) {
  const body = JSON.stringify(value);
  socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
}

function serve(socket, target) {
  if (target === '/health') respond(socket, {});
  else if (target === '/.well-known/gati-module') respond(socket, descriptor);
  else if (fault.call) fault.call(socket);
  else respond(socket, { n: 2 });
}

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
    const [head, body] = text.split('\r\n\r\n', 2);
    if (body === undefined) return;
    const [, length = 0] = /content-length: (\d+)/i.exec(head) ?? [];
    if (body.length < Number(length)) return;
    text = '';
    serve(socket, head.split(' ', 2)[1]);
  });
});
const file = path.join(process.env.TMPDIR, 'faulty.sock');
if (fault.start) fault.start();
else
  server.listen({ path: file, backlog: fault.backlog ?? 511 }, () =>
    console.log(`GATI-MODULE 1 unix:${file}`),
  );
process.on('SIGTERM', () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0));
