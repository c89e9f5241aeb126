// A module that tries what a sandbox forbids, and responds with the code of the error or "done".
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const kept = [];
const tries = {
  allocate: ({ bytes }) => void kept.push(Buffer.alloc(bytes, 1)),
  spawn: ({ count }) => {
    for (let i = 0; i < count; i++)
      spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();
  },
  read: ({ file }) => fs.readFileSync(file),
  write: ({ file }) => fs.writeFileSync(file, 'x'),
  connect: ({ port }) =>
    new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket.destroy()));
      socket.on('error', reject);
    }),
  cpus: () => os.availableParallelism(),
  processes: () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
};
const methods = Object.fromEntries(Object.keys(tries).map((name) => [name, {}]));

const server = http.createServer(async (req, res) => {
  const json = (value) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  };
  if (req.url === '/health') return json({});
  if (req.url === '/.well-known/gati-module')
    return json({ name: 'confined', version: '1.0.0', protocol: 1, methods });
  let body = '';
  for await (const chunk of req) body += chunk;
  try {
    const value = await tries[req.url.slice('/call/'.length)](body === '' ? {} : JSON.parse(body));
    json(typeof value === 'number' ? value : 'done');
  } catch (error) {
    json(error.code ?? error.message);
  }
});
const socket = path.join(process.env.TMPDIR, 'm.sock');
server.listen(socket, () => console.log(`GATI-MODULE 1 unix:${socket}`));
process.on('SIGTERM', () => {
  console.log('it ends after SIGTERM');
  process.exit(0);
});
