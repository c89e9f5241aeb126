import { normalizePercent } from '@gati/contract/internal';
import { sendRaw } from '@gati/test-kit/sockets';
import { describe, expect, test } from 'vitest';
import { bundle, type TestRoute } from '../../helpers/bundle.ts';
import { client } from '../../helpers/socket-client.ts';
import { adapters, overNode, useTarget } from '../../helpers/target.ts';

const routes: Record<string, TestRoute> = {
  'GET /caf%C3%A9/:id': { handler: (req) => ({ id: req.params.id, path: req.path }) },
  'GET /th%c3%a9/:id': { handler: (req) => ({ id: req.params.id }) },
  'GET /pl%61in/:id': { handler: (req) => ({ id: req.params.id }) },
  'GET /slash%2Fed': { handler: () => ({}) },
  'GET /files/*rest': { handler: (req) => req.params },
  'GET /query': { handler: (req) => req.query },
};

test.each([
  ['/plain', '/plain'],
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/%70l%61in/%7e%2d%2E%5f%31', '/plain/~-._1'],
  ['/a%2fb%2Fc', '/a%2Fb%2Fc'],
  ['/a%2561', '/a%2561'],
  ['/a%', '/a%'],
  ['/a%zz%4', '/a%zz%4'],
])('a path %s has the spelling %s in common with all others', (path, expected) => {
  expect(normalizePercent(path)).toBe(expected);
  expect(normalizePercent(expected)).toBe(expected);
});

describe.each(adapters)('spellings of a path over %s', (_name, open) => {
  const target = useTarget(open);

  test.each(['', '/api'])('reach the same route below the base "%s"', async (base) => {
    await target.start(routes, { base });
    for (const path of [
      '/caf%C3%A9/1',
      '/caf%c3%a9/1',
      '/c%61f%c3%A9/%31',
      '/th%C3%A9/1',
      '/th%c3%a9/1',
      '/plain/1',
      '/pl%61in/1',
      '/pl%61%69n/1',
    ]) {
      const response = await target.call(base + path);
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        200,
        { id: '1' },
      ]);
    }
    expect((await target.call(`${base}/slash%2fed`)).status).toBe(200);
    expect((await target.call(`${base}/slash/ed`)).status).toBe(404);
  });

  test('reach the same base', async () => {
    await target.start(routes, { base: '/%61pi' });
    for (const path of ['/api/plain/1', '/%61pi/plain/1', '/ap%69/plain/1'])
      expect((await target.call(path)).status).toBe(200);
  });

  test('keeps encoded slashes and percent signs in parameters', async () => {
    await target.start(routes);
    const rest = async (path: string): Promise<unknown> => (await target.call(path)).json();
    expect(await rest('/files/a%2fb/%2561')).toEqual({ rest: 'a/b/%61' });
    expect((await target.call('/files/%2e%2e/x')).status).not.toBe(200);
  });
});

describe('raw bytes in a request target', () => {
  const target = useTarget(overNode);
  const get = async (path: string): Promise<string> => {
    const { port } = await target.start(routes);
    const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    return sendRaw(port, [Buffer.from(head, 'latin1')]);
  };

  // Node's parser rejects them. A server that accepted them would have to guess their charset.
  test.each([
    ['a static segment', '/caf\xc3\xa9/1'],
    ['a parameter', '/plain/\xc3\xa9'],
    ['a rest', '/files/a/\xff'],
    ['a path without a route', '/else/\xe9'],
    ['a query', '/query?q=\xc3\xa9'],
  ])('get 400 in %s', async (_where, path) => {
    expect(await get(path)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('spellings of a path reach the same WebSocket route', async () => {
  const target = await overNode(
    bundle({ 'WS /caf%C3%A9/:room': { socket: { open: (peer) => peer.send(peer.params) } } }),
  );
  const socket = await client(target.port, '/c%61f%c3%a9/%31');
  expect(await socket.next()).toBe('{"room":"1"}');
  socket.destroy();
  await target.close();
});
