import { expect, test } from 'vitest';
import { readServerEnv } from '../../src/server/env.ts';

test.each([
  ['2', 2],
  ['127.0.0.1', ['127.0.0.1']],
  ['10.0.0.0/8, 2001:db8::/32,::1', ['10.0.0.0/8', '2001:db8::/32', '::1']],
])('reads GATI_TRUST_PROXY=%s', (text, trustProxy) => {
  expect(readServerEnv({ GATI_TRUST_PROXY: text })).toMatchObject({ trustProxy });
});

test.each(['cafe', '10.0.0.0/33', '10.0.0.0/', '::1/129', '300.1.1.1', '127.0.0.1,,::1', '1e2'])(
  'reports GATI_TRUST_PROXY=%s as GATI_BAD_ENV',
  (text) => {
    expect(() => readServerEnv({ GATI_TRUST_PROXY: text })).toThrow(
      expect.objectContaining({ code: 'GATI_BAD_ENV' }),
    );
  },
);

test('reads GATI_LIMITS as names and whole numbers', () => {
  const { limits } = readServerEnv({ GATI_LIMITS: 'connections=50, writeTimeout = 1000,' });
  expect(limits).toEqual({ connections: 50, writeTimeout: 1000 });
  expect(readServerEnv({}).limits).toEqual({});
});

test.each(['connections', 'connections=0', 'unknown=1', 'toString=1', 'body=1e3', 'body=-1'])(
  'reports GATI_LIMITS=%s as GATI_BAD_ENV',
  (text) => {
    expect(() => readServerEnv({ GATI_LIMITS: text })).toThrow(
      expect.objectContaining({ code: 'GATI_BAD_ENV' }),
    );
  },
);

test('rejects a GATI_HEARTBEAT_TIMEOUT that is too short, since it is probably meant as seconds', () => {
  for (const text of ['5', '499', '-1', '5s'])
    expect(() => readServerEnv({ GATI_HEARTBEAT_TIMEOUT: text }), text).toThrow(
      expect.objectContaining({ code: 'GATI_BAD_ENV' }),
    );
  const read = (text: string): unknown =>
    readServerEnv({ GATI_HEARTBEAT_TIMEOUT: text }).heartbeatTimeout;
  expect([read('0'), read('500'), read('')]).toEqual([0, 500, undefined]);
});
