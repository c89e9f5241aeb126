import { describe, expect, test } from 'vitest';
import type { TestRoute } from '../../helpers/bundle.ts';
import { adapters, useTarget } from '../../helpers/target.ts';

const object = (properties: object, required = Object.keys(properties)): never =>
  ({ type: 'object', properties, required }) as never;

describe.each(adapters)('over %s', (_name, open) => {
  const target = useTarget(open);

  const routes: Record<string, TestRoute> = {
    'POST /a': { headers: object({ 'x-tenant': { type: 'string' } }, []), handler: () => ({}) },
  };
  const preflight = (origin: string): Promise<Response> =>
    target.call('/a', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('allows no origin by default', async () => {
    await target.start(routes);
    expect((await preflight('https://a.example')).headers.get('access-control-allow-origin')).toBe(
      null,
    );
    expect(
      (
        await target.call('/a', { method: 'POST', headers: { origin: 'http://localhost:5173' } })
      ).headers.get('access-control-allow-origin'),
    ).toBe(null);
  });

  test('allows loopback origins in development', async () => {
    await target.start(routes, { mode: 'development' });
    expect(
      (await preflight('http://localhost:5173')).headers.get('access-control-allow-origin'),
    ).toBe('http://localhost:5173');
    expect(
      (await preflight('http://localhost.evil.example')).headers.get('access-control-allow-origin'),
    ).toBe(null);
  });

  test('allows preflights and responses for listed origins only', async () => {
    await target.start(routes, { cors: { origins: ['https://a.example'], credentials: true } });
    const { status, headers } = await preflight('https://a.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
    expect(headers.get('access-control-allow-headers')).toMatch(
      /^X-API-Version, X-Gati-SDK, traceparent, Idempotency-Key.*, x-tenant$/,
    );
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toContain('Origin');
    const response = await target.call('/a', {
      method: 'POST',
      headers: { origin: 'https://a.example' },
    });
    expect(response.headers.get('access-control-expose-headers')).toBe(
      'X-API-Version, X-Gati-Release, Link, Retry-After, X-Request-Id',
    );
    const rejected = (await preflight('https://b.example')).headers;
    expect(rejected.get('access-control-allow-origin')).toBe(null);
    expect(rejected.get('access-control-allow-methods')).toBe(null);
  });
});
