import { describe, expect, test } from 'vitest';
import type { CookieOptions } from '../../../src/types/context.ts';
import { bundle } from '../../helpers/bundle.ts';
import { adapters, overWeb, useTarget } from '../../helpers/target.ts';

describe.each(adapters)('cookies over %s', (_name, open) => {
  const target = useTarget(open);
  /** Attributes of a cookie that a handler sets with these options. */
  const attributes = async (
    options: CookieOptions | undefined,
    { trustProxy, headers = {} }: { trustProxy?: number; headers?: Record<string, string> } = {},
  ): Promise<string> => {
    const started = await target.start(
      { 'GET /': { handler: (_req, res) => res.cookie('a', '1', options) } },
      { trustProxy },
    );
    const response = await target.call('/', { headers });
    await started.close();
    return (response.headers.getSetCookie()[0] ?? '').replace('a=1; ', '');
  };
  const SAFE = 'Path=/; HttpOnly; SameSite=Lax';

  test.each<[options: CookieOptions | undefined, expected: string]>([
    [undefined, SAFE],
    [{}, SAFE],
    [{ httpOnly: undefined, sameSite: undefined, path: undefined, secure: undefined }, SAFE],
    [{ maxAge: 60 }, `Max-Age=60; ${SAFE}`],
    [{ httpOnly: false }, 'Path=/; SameSite=Lax'],
    [{ path: '/app', sameSite: 'strict' }, 'Path=/app; HttpOnly; SameSite=Strict'],
    [{ secure: true }, 'Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ sameSite: 'none' }, 'Path=/; HttpOnly; Secure; SameSite=None'],
  ])('with the options %j are %s', async (options, expected) => {
    expect(await attributes(options)).toBe(expected);
  });

  test.each([
    ['without a trusted proxy', undefined, 'https', false],
    ['with a trusted proxy', 1, 'https', true],
    ['with two proxies', 2, 'https, http', true],
    ['with a trusted proxy', 1, 'http', false],
  ])('%s (%s), X-Forwarded-Proto: %s makes Secure %s', async (_what, trustProxy, proto, secure) => {
    const headers = { 'x-forwarded-proto': proto };
    const sent = await attributes(undefined, { trustProxy, headers });
    expect(sent.includes('Secure')).toBe(secure);
    expect(await attributes({ secure: !secure }, { trustProxy, headers })).not.toBe(sent);
  });
});

test.each(['__Host-a', '__Secure-a'])('cookies named %s are secure', async (name) => {
  const { app, close } = await overWeb(
    bundle({ 'GET /': { handler: (_req, res) => res.cookie(name, '1') } }),
  );
  const response = await app.fetch(new Request('http://localhost/'));
  expect(response.headers.getSetCookie()).toEqual([
    `${name}=1; Path=/; HttpOnly; Secure; SameSite=Lax`,
  ]);
  await close();
});

test('cookies of a request over HTTPS are secure', async () => {
  const { app, close } = await overWeb(
    bundle({ 'GET /': { handler: (_req, res) => res.cookie('a', '1') } }),
  );
  const response = await app.fetch(new Request('https://localhost/'));
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/; HttpOnly; Secure; SameSite=Lax']);
  await close();
});
