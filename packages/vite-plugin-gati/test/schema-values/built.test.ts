import WebSocket from 'crossws/websocket';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, copyAway, makeApp } from '../helpers/build.ts';
import { CASES, FILES } from './app.ts';

let server: ServerProcess;
beforeAll(async () => {
  const app = makeApp(FILES, 'schema-values');
  const { outDir } = await build(app);
  server = await startBuiltServer(copyAway(outDir), {});
});
afterAll(() => server.stop());

test.each(CASES)(
  'in a built server, $kind',
  async ({ path, status, body, exact, json, headers, method }) => {
    const response = await call(`${server.url}${path}`, {
      ...(headers && { headers }),
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      ...(json !== undefined && { body: json }),
    });
    expect(response).toMatchObject({ status, body });
    if (exact) expect(response.body).toEqual(body);
  },
);

test.each([
  {
    kind: 'a trimmed message reaches the socket hook',
    sent: { text: ' hi ' },
    got: { text: 'hi' },
  },
  { kind: 'a message that the schema rejects closes the socket', sent: { text: ' ' }, got: 1008 },
])('in a built server, $kind', async ({ sent, got }) => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/room`);
  const result = new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))));
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send(JSON.stringify(sent));
  expect(await result).toEqual(got);
  socket.close();
});
