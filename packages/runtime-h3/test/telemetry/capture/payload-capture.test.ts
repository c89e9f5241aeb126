import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PayloadCapture } from '../../../src/telemetry/capture/payload-capture.ts';
import { HttpError } from '../../../src/app/response/http-error.ts';
import type { CaptureRecord, RequestCapture } from '../../../src/types/capture.ts';
import type { GlobalContext } from '../../../src/types/context.ts';
import type { EffectFile } from '../../../src/types/effects.ts';
import type { ArmedTrap } from '../../../src/types/trap.ts';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';

let server: Observed;
let lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines = [];
});
afterEach(() => server.close());

const captures = (): CaptureRecord[] => lines.map(({ capture }) => capture as CaptureRecord);
const trap = (more: Partial<ArmedTrap> = {}): ArmedTrap => ({
  id: 'a'.repeat(12),
  where: {},
  left: 5,
  within: 60_000,
  ...more,
});

async function start(traps?: ArmedTrap[], rate?: number): Promise<PayloadCapture> {
  const release = bundle({
    'POST /orders': {
      body: {
        type: 'object',
        properties: { item: { type: 'string' }, pin: { type: 'string', format: 'password' } },
        required: ['item'],
      },
      handler: (req) => {
        const { item } = req.body as { item: string };
        if (item === 'none') throw new HttpError(409, 'sold_out');
        return { id: 7, token: 'abc' };
      },
    },
    'GET /slow': {
      handler: () => new Promise((resolve) => setTimeout(resolve, 20, { slow: true })),
    },
    'GET /stream': {
      // oxlint-disable-next-line require-await -- a stream
      async *handler() {
        yield 'secret chunk';
      },
    },
    'GET /bytes': { handler: () => new Uint8Array([1, 2, 3]) },
    'POST /mail': {
      handler: async (_req, _res, gctx: GlobalContext) =>
        (gctx.effects.enqueue as (name: string, payload: unknown) => Promise<unknown>)('mail', {
          to: 'ada',
          apiKey: 'k',
        }),
    },
  });
  release.effects = {
    mail: { load: () => ({ run: () => ({ sent: true, secret: 's' }) }) as unknown as EffectFile },
  };
  server = await observe(release, { OTEL_TRACES_SAMPLER: 'always_off' });
  const capture = new PayloadCapture({
    sink: (text) =>
      lines.push(
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      ),
    redact: (text) => text,
    all: traps === undefined,
    ...(rate !== undefined && { rate }),
  });
  capture.arm(traps ?? []);
  server.tracer.capture = capture;
  return capture;
}

const order = (item: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  server.call('/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ item, pin: '1234' }),
  });

describe('in development', () => {
  test('each request has headers and bodies, with secrets hidden', async () => {
    await start();
    await order('book', { cookie: 'sid=1' });
    const [found] = captures() as [RequestCapture];
    expect(found).toMatchObject({
      kind: 'request',
      method: 'POST',
      route: '/orders',
      status: 200,
      target: '/orders',
      version: '1.2.3',
      request: {
        body: {
          type: 'application/json',
          text: '{"item":"book","pin":"[redacted]"}',
          hidden: [{ at: '/pin', why: 'schema' }],
        },
        hidden: [{ at: 'cookie', why: 'name' }],
      },
      response: { body: { text: '{"id":7,"token":"[redacted]"}', size: 22 } },
    });
    expect(found.request.headers).toContainEqual(['cookie', '[redacted]']);
    expect(found.response.headers).toContainEqual(['x-api-version', '1.2.3']);
    expect(found.traceId).toBe(
      found.response.headers.find(([name]) => name === 'x-request-id')![1],
    );
  });

  test('rejected, unknown, streamed and binary requests are captured too', async () => {
    await start();
    await order(7);
    await server.call('/unknown?token=abc');
    await (await server.call('/stream')).text();
    await server.call('/bytes');
    const [rejected, unknown, stream, bytes] = captures() as RequestCapture[];
    expect(rejected).toMatchObject({ status: 400, request: { body: { size: 23 } } });
    expect(rejected!.response.body!.text).toContain('invalid');
    expect(unknown).toMatchObject({ status: 404, route: '', target: '/unknown?token=[redacted]' });
    expect(stream!.response.body).toMatchObject({ omitted: 'stream' });
    expect(bytes!.response.body).toMatchObject({ omitted: 'binary', size: 3 });
    expect(JSON.stringify(captures())).not.toContain('secret chunk');
  });

  test('each run has its payload and its result', async () => {
    await start();
    await server.call('/mail', { method: 'POST' });
    await server.idle();
    expect(captures().find(({ kind }) => kind === 'run')).toMatchObject({
      effect: 'mail',
      outcome: 'completed',
      payload: { text: '{"to":"ada","apiKey":"[redacted]"}' },
      result: { text: '{"sent":true,"secret":"[redacted]"}' },
    });
  });

  test('captures over the rate are dropped and counted', async () => {
    await start(undefined, 20_000);
    await order('x '.repeat(6000));
    await order('x '.repeat(6000));
    let sent = 2;
    await expect
      .poll(async () => {
        sent++;
        await server.call('/unknown');
        return lines.find(({ gati }) => gati === 'dropped');
      })
      .toMatchObject({ what: 'captures' });
    const dropped = lines.reduce((sum, { lines: count = 0 }) => sum + Number(count), 0);
    expect(captures().filter(Boolean).length + dropped).toBe(sent);
  });
});

describe('a trap', () => {
  test.each<[string, ArmedTrap['where'], number]>([
    ['everything', {}, 4],
    ['a route', { route: '/orders' }, 3],
    ['a method', { method: 'GET' }, 1],
    ['a status', { status: 409 }, 1],
    ['a class of status', { status: '4xx' }, 2],
    ['a version', { version: '1.2.3' }, 4],
    ['another version', { version: '2.0.0' }, 0],
    ['a duration', { minUs: 15_000 }, 1],
    ['a header', { header: 'x-debug' }, 1],
    ['all conditions together', { route: '/orders', status: 200, header: 'x-debug' }, 1],
    ['an effect', { effect: 'mail' }, 0],
  ])('catches the requests of %s', async (_name, where, count) => {
    await start([trap({ where })]);
    await order('book', { 'x-debug': '1' });
    await order('none');
    await order(7);
    await server.call('/slow');
    expect(captures()).toHaveLength(count);
    for (const { traps } of captures()) expect(traps).toEqual(['a'.repeat(12)]);
  });

  test('catches runs by effect and outcome', async () => {
    await start([trap({ where: { effect: 'mail', outcome: 'completed' } })]);
    await server.call('/mail', { method: 'POST' });
    await server.idle();
    expect(captures()).toMatchObject([{ kind: 'run' }]);
    // The sampler drops every other trace.
    expect(server.spans().map(({ name }) => name)).toEqual(['process mail']);
  });

  test('keeps the trace of what it catches, and no other', async () => {
    await start([trap({ where: { status: 409 } })]);
    await order('book');
    await order('none');
    expect(server.spans().map(({ traceId }) => traceId)).toEqual([captures()[0]!.traceId]);
  });

  test('catches no more than it wants, and nothing once it has expired', async () => {
    const capture = await start([trap({ left: 2 })]);
    for (let index = 0; index < 5; index++) await order('book');
    expect(captures()).toHaveLength(2);
    expect(capture.isArmed).toBe(false);
    capture.arm([trap({ within: 0 })]);
    await order('book');
    expect(captures()).toHaveLength(2);
    expect(capture.isArmed).toBe(false);
  });

  test('a request that two traps catch is captured once', async () => {
    await start([trap(), trap({ id: 'b'.repeat(12), where: { route: '/orders' } })]);
    await order('book');
    expect(captures()).toMatchObject([{ traps: ['a'.repeat(12), 'b'.repeat(12)] }]);
  });
});
