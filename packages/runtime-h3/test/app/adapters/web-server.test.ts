import { plugin } from 'crossws/server/node';
import { serve } from 'srvx/node';
import { sendRaw } from '@gati/test-kit/sockets';
import { expect, test } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { client } from '../../helpers/socket-client.ts';
import { overWeb } from '../../helpers/target.ts';

test('runs with its WebSockets on a server with the fetch interface', async () => {
  const target = await overWeb(
    bundle({
      'GET /ip': { handler: (_req, _res, _gctx, lctx) => ({ ip: lctx.client.ip }) },
      'WS /chat/:room': {
        params: { type: 'object', properties: { room: { type: 'string', maxLength: 3 } } },
        receive: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
        socket: {
          open: (peer) => (peer.subscribe('all'), peer.send({ in: peer.params['room'] })),
          message: (peer, message: { n: number }) => peer.publish('all', message.n),
        },
      },
    }),
  );
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    fetch: (request) => target.app.fetch(request),
    plugins: [plugin({})],
  });
  await server.ready();
  const port = Number(new URL(server.url ?? '').port);
  expect(await (await fetch(`http://127.0.0.1:${port}/ip`)).json()).toEqual({ ip: '127.0.0.1' });
  expect((await fetch(`http://127.0.0.1:${port}/chat/a`)).status).toBe(426);

  const [a, b] = [await client(port, '/chat/a'), await client(port, '/chat/b')];
  expect(await a.next()).toBe('{"in":"a"}');
  expect(await b.next()).toBe('{"in":"b"}');
  a.send('{"n":5}');
  expect(await b.next()).toBe('5');
  a.send('{"n":"x"}');
  expect(await a.closed).toEqual({ code: 1008, reason: '/n must be a number' });
  const handshake =
    'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  expect(await sendRaw(port, [`GET /chat/long HTTP/1.1\r\n${handshake}`])).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*"path":"\/room"/,
  );
  expect(await sendRaw(port, [`GET /nothing HTTP/1.1\r\n${handshake}`])).toMatch(
    /^HTTP\/1\.1 404 /,
  );
  await target.app.drain();
  expect((await b.closed).code).toBe(1012);
  await server.close(true);
});
