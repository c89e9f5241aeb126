import { describe, expect, test } from 'vitest';
import { adapters, read, useTarget } from '../../helpers/target.ts';

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  test('responds 413 to a form above a limit', async () => {
    const body = { type: 'object' } as never;
    const limits = { fileSize: 10, files: 1, fields: 2, parts: 3, upload: 4000 };
    await target.start(
      {
        'POST /up': {
          body,
          contentTypes: ['multipart/form-data', 'application/x-www-form-urlencoded'],
          handler: () => ({ ok: true }),
        },
      },
      { limits },
    );
    const send = (fill: (data: FormData) => void): Promise<Response> => {
      const data = new FormData();
      fill(data);
      return target.call('/up', { method: 'POST', body: data });
    };
    expect((await send((data) => data.set('f', new File(['short'], 'f')))).status).toBe(200);
    expect(
      await (await send((data) => data.set('f', new File(['longer than ten'], 'f')))).json(),
    ).toMatchObject({
      status: 413,
      limit: 'fileSize',
    });
    const files = await send((data) =>
      ['a', 'b'].forEach((name) => data.append(name, new File(['x'], name))),
    );
    expect(await files.json()).toMatchObject({ status: 413, limit: 'files' });
    const fields = await send((data) => ['a', 'b', 'c'].forEach((name) => data.append(name, 'x')));
    expect(await fields.json()).toMatchObject({ status: 413, limit: 'fields' });
    expect((await send((data) => data.set('a', 'x'.repeat(5000)))).status).toBe(413);
    expect(
      (
        await target.post('/up', 'a=1&b=2&c=3', {
          'content-type': 'application/x-www-form-urlencoded',
        })
      ).status,
    ).toBe(413);
  });

  test('aborts the signal and responds 503 when the handler is late', async () => {
    let reason: unknown;
    await target.start(
      {
        'GET /slow': {
          handler: (_req, _res, _gctx, lctx) =>
            new Promise((resolve) =>
              lctx.signal.addEventListener('abort', () => {
                reason = lctx.signal.reason;
                resolve({ late: true });
              }),
            ),
        },
      },
      { limits: { handlerTimeout: 50 } },
    );
    const response = await target.call('/slow');
    expect(await read(response)).toMatchObject({ status: 503, body: { code: 'timeout' } });
    expect(reason).toMatchObject({ name: 'TimeoutError' });
  });
});
