import type { SecurityScheme } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import { adapters, useTarget } from '../../helpers/target.ts';

const reject = (): never => {
  throw new HttpError(401, 'who');
};

describe.each(adapters)('WWW-Authenticate over %s', (_name, open) => {
  const target = useTarget(open);
  const challenge = async (
    security: SecurityScheme[][] | undefined,
    authorization?: string,
    more: Parameters<typeof target.start>[0][string] = { guards: [reject], handler: () => ({}) },
  ): Promise<string | null> => {
    await target.start({ 'GET /in': { ...more, ...(security && { security }) } });
    const response = await target.call('/in', {
      headers: authorization === undefined ? {} : { authorization },
    });
    return response.headers.get('www-authenticate');
  };

  test.each<[string, SecurityScheme[][] | undefined, string | undefined, string | null]>([
    ['a route without security', undefined, undefined, null],
    ['a cookie', [[{ type: 'apiKey', in: 'cookie', name: 'sid' }]], undefined, null],
    ['a missing token', [[{ type: 'bearer' }]], undefined, 'Bearer realm="api"'],
    [
      'a rejected token',
      [[{ type: 'bearer' }]],
      'Bearer old',
      'Bearer realm="api", error="invalid_token"',
    ],
    [
      'a password',
      [[{ type: 'basic', realm: 'a "b" \\ ü' }]],
      undefined,
      'Basic realm="a \\"b\\" \\\\ ?", charset="UTF-8"',
    ],
    [
      'alternatives',
      [[{ type: 'bearer' }], [{ type: 'basic' }, { type: 'bearer' }]],
      undefined,
      'Bearer realm="api", Basic realm="api", charset="UTF-8"',
    ],
    [
      'OpenID Connect',
      [[{ type: 'openIdConnect', url: 'https://id.example/o' }]],
      undefined,
      'Bearer realm="api"',
    ],
  ])('of a 401 for %s is right', async (_what, security, authorization, expected) => {
    expect(await challenge(security, authorization)).toBe(expected);
  });

  test('sends the challenge with each 401 of a route, but not with other errors', async () => {
    const bearer: SecurityScheme[][] = [[{ type: 'bearer' }]];
    const forbid = (): never => {
      throw new HttpError(403, 'no');
    };
    expect(await challenge(bearer, undefined, { guards: [forbid], handler: () => ({}) })).toBe(
      null,
    );
    for (const handler of [
      (_req, res) => ((res.status = 401), { no: 'token' }),
      () => new Response('who', { status: 401 }),
      reject,
    ] satisfies Parameters<typeof target.start>[0][string]['handler'][])
      expect(await challenge(bearer, undefined, { handler })).toBe('Bearer realm="api"');
  });

  test('keeps the challenge that the handler sets', async () => {
    expect(
      await challenge([[{ type: 'bearer' }]], undefined, {
        handler: (_req, res) => {
          res.headers.set('www-authenticate', 'Bearer realm="mine", scope="a"');
          throw new HttpError(401, 'who');
        },
      }),
    ).toBe('Bearer realm="mine", scope="a"');
  });
});
