#!/usr/bin/env node
// A module for tests, with one method for each way to respond. The first argument is its version.
import http from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [version = '1.0.0', extra = ''] = process.argv.slice(2);
const number = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
const methods = {
  double: { input: number, output: number, idempotent: true },
  items: { input: number, output: number, stream: true },
  echo: {},
  headers: {},
  problem: {},
  slow: {},
  crash: {},
  garbage: {},
  wrong: { output: number },
  endless: {},
  bomb: {},
  text: {},
  bare: {},
  flaky: { idempotent: true },
  ...(extra === 'narrow' && { double: { input: { ...number, required: ['n', 'm'] } } }),
};
const aborted = [];
let attempts = 0;

const json = (res, value, status = 200, type = 'application/json') =>
  res.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));

const calls = {
  double: (res, input) => json(res, { n: input.n * 2 }),
  echo: (res, input) => json(res, { input: input ?? null, version, pid: process.pid, aborted }),
  headers: (res, _input, req) => json(res, req.headers),
  problem: (res) =>
    json(res, { code: 'not_today', detail: 'Come back.' }, 422, 'application/problem+json'),
  slow: (res, _input, req) => req.socket.on('close', () => aborted.push('slow')) && res,
  crash: () => process.exit(7),
  garbage: (res) => res.socket.end('HTP/9 what\r\n\r\n'),
  wrong: (res) => json(res, { n: 'many' }),
  bomb: (res) =>
    res
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(50_000_000, ' '))),
  text: (res) => res.writeHead(200, { 'content-type': 'text/plain' }).end('hello'),
  bare: (res) => res.writeHead(500, { 'content-type': 'text/html' }).end('<h1>oops</h1>'),
  flaky: (res, _input, req) =>
    attempts++ % 2 === 0 ? req.socket.destroy() : json(res, req.headers['idempotency-key']),
  endless(res) {
    res.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!res.destroyed && res.write(Buffer.alloc(65_536, '1')));
    };
    res.on('drain', more);
    more();
  },
  items(res, { n }) {
    res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let i = 1; i <= n; i++) res.write(`{"n":${i}}\n`);
    res.end();
  },
};

const server = http.createServer(async (req, res) => {
  if (req.url === '/health') return json(res, {}, extra === 'sick' ? 500 : 200);
  if (req.url === '/.well-known/gati-module')
    return json(res, { name: 'test', version, protocol: 1, methods });
  let body = '';
  for await (const chunk of req) body += chunk;
  const call = calls[req.url.slice('/call/'.length)];
  if (call === undefined) return json(res, { code: 'unknown' }, 404, 'application/problem+json');
  call(res, body === '' ? undefined : JSON.parse(body), req);
});
const socket = path.join(process.env.TMPDIR, 'm.sock');
if (extra === 'leak') console.log(JSON.stringify(process.env));
if (extra !== 'silent') server.listen(socket, () => console.log(`GATI-MODULE 1 unix:${socket}`));
else setInterval(() => {}, 1000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
process.stdin.resume().on('end', () => process.exit(0));
