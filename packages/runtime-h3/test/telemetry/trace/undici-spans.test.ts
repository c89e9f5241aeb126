import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent, fetch as undiciFetch, request } from 'undici';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = 'b7ad6b7169203331';

let server: Observed;
const seen: Record<string, IncomingHttpHeaders> = {};
const agent = new Agent();
const peer = createServer((req, res) => {
  seen[req.url ?? ''] = req.headers;
  if (req.url === '/cut') return void res.destroy();
  res.writeHead(req.url === '/503' ? 503 : 200).end('{}');
});

beforeAll(async () => {
  const url = `http://127.0.0.1:${await listen(peer)}`;
  const dispatcher = agent;
  const calls: Record<string, () => Promise<unknown>> = {
    request: async () => (await request(`${url}/request`, { dispatcher })).body.text(),
    fetch: async () => (await undiciFetch(`${url}/fetch`, { dispatcher })).text(),
    503: async () => (await request(`${url}/503`, { dispatcher })).body.text(),
    cut: () => request(`${url}/cut`, { dispatcher }).catch(() => undefined),
  };
  server = await observe(
    bundle({
      'GET /:call': {
        handler: async (req) => void (await calls[(req.params as { call: string }).call]!()),
      },
    }),
  );
});
afterAll(async () => {
  await server.close();
  await agent.close();
  peer.closeAllConnections();
  await new Promise((resolve) => peer.close(resolve));
});

test.each([
  ['request', 200, undefined],
  ['fetch', 200, undefined],
  ['503', 503, '503'],
  ['cut', undefined, 'UND_ERR_SOCKET'],
])('the package undici: %s is a span and continues the trace', async (call, status, error) => {
  const headers = { traceparent: `00-${TRACE}-${CLIENT}-01`, tracestate: 'vendor=abc' };
  await (await server.call(`/${call}`, { headers })).text();
  const span = server
    .spans()
    .find(({ attributes }) => String(attributes['url.full']).endsWith(`/${call}`))!;
  expect(span).toMatchObject({ name: 'GET', kind: 'client', traceId: TRACE });
  expect(span.attributes['http.response.status_code']).toBe(status);
  expect(span.error).toBe(error);
  expect(server.spans().find(({ spanId }) => spanId === span.parentId)?.name).toBe('handler');
  expect(seen[`/${call}`]).toMatchObject({
    traceparent: `00-${TRACE}-${span.spanId}-01`,
    tracestate: 'vendor=abc',
  });
});
