import { afterEach, expect, test } from 'vitest';
import type { GlobalContext } from '../../../src/types/context.ts';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';
import { client } from '../../helpers/socket-client.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = 'b7ad6b7169203331';

let server: Observed;
afterEach(() => server.close());

test('handshake and hooks of a WebSocket are spans below its request', async () => {
  server = await observe(
    bundle({
      'WS /chat': {
        guards: [async () => undefined],
        guardPlaces: ['src/handlers/_guard.ts:1'],
        middleware: [(_req, _res, _gctx, _lctx, next) => next()],
        middlewareFiles: ['src/handlers/_middleware.ts'],
        socket: {
          open: async (peer, gctx: GlobalContext) => {
            await gctx.storage.setItem('room', true);
            peer.send({ open: true });
          },
          message: () => {
            throw new TypeError('broken');
          },
        },
      },
    }),
  );
  const socket = await client(server.port, '/chat', {
    traceparent: `00-${TRACE}-${CLIENT}-01`,
  });
  expect(await socket.next()).toBe('{"open":true}');
  socket.send('{}');
  expect((await socket.closed).code).toBe(1011);

  await expect.poll(() => server.lines.find(({ msg }) => msg === 'request')).toBeDefined();
  const line = server.lines.find(({ msg }) => msg === 'request')!;
  expect(line).toMatchObject({ method: 'WS', status: 101, traceId: TRACE, parentId: CLIENT });
  await expect
    .poll(() => server.spans().map(({ name }) => name))
    .toEqual([
      'guard _guard.ts',
      'middleware _middleware.ts',
      'socket open',
      'storage setItem',
      'socket message',
    ]);
  const parents = server.spans().map(({ name, parentId }) => [name, parentId]);
  const ofRequest = line['spanId'];
  expect(Object.fromEntries(parents)).toEqual({
    'guard _guard.ts': ofRequest,
    'middleware _middleware.ts': ofRequest,
    'socket open': ofRequest,
    'storage setItem': server.span('socket open').spanId,
    'socket message': ofRequest,
  });
  expect(server.span('socket message').error).toBe('TypeError');
  expect(new Set(server.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
});
