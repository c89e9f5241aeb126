import { describe, expect, test } from 'vitest';
import { adapters, useTarget } from '../helpers/target.ts';

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  test('gives a handler the ids, version and client of its request', async () => {
    await target.start({
      'GET /ctx': {
        handler: (_req, _res, gctx, lctx) => ({
          traceId: lctx.traceId,
          spanId: lctx.spanId,
          requestId: lctx.requestId,
          version: lctx.version,
          route: lctx.route,
          agent: lctx.client.userAgent,
          release: gctx.release.id,
          aborted: lctx.signal.aborted,
        }),
      },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(
      await (await target.call('/ctx', { headers: { traceparent, 'user-agent': 'test' } })).json(),
    ).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      requestId: '0af7651916cd43dd8448eb211c80319c',
      version: '1.2.3',
      route: 'GET /ctx',
      agent: 'test',
      release: 'rel_0123456789abcdef',
      aborted: false,
    });
    const malformed = (await (
      await target.call('/ctx', { headers: { traceparent: '00-00-01' } })
    ).json()) as { traceId: string };
    expect(malformed.traceId).toMatch(/^[\da-f]{32}$/);
    expect(target.app.spans(2)[1]).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
      route: '/ctx',
      status: 200,
    });
  });
});
