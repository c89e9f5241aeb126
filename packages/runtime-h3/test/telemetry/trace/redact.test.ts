import { describe, expect, test } from 'vitest';
import { hideLiterals } from '../../../src/telemetry/trace/hide-literals.ts';
import { redactUrl } from '../../../src/telemetry/trace/redact-url.ts';

const SECRET = 'hunter2';

describe('a URL in a span', () => {
  test.each([
    `https://ada:${SECRET}@host/a`,
    `https://${SECRET}@host/a`,
    ...['sig', 'token', 'access_token', 'api_key', 'key', 'X-Amz-Signature', 'X-Amz-Credential']
      .concat(['X-Amz-Security-Token', 'X-Goog-Signature', 'Signature', 'AWSAccessKeyId', 'code'])
      .concat(['client_secret', 'password', 'assertion', '%74oken'])
      .map((name) => `https://host/a?b=1&${name}=${SECRET}`),
    `https://host/a#access_token=${SECRET}`,
  ])('%s does not contain its secret', (url) => {
    expect(redactUrl(url)).not.toContain(SECRET);
    expect(redactUrl(url)).toContain('host/a');
  });

  test('keeps other parameters', () => {
    expect(redactUrl('https://host:8443/a/b?page=2&sort=name')).toBe(
      'https://host:8443/a/b?page=2&sort=name',
    );
  });
});

describe('SQL in a span', () => {
  test.each([
    [
      `SELECT * FROM t1 WHERE a = '${SECRET}' AND b = 12.5`,
      'SELECT * FROM t1 WHERE a = ? AND b = ?',
    ],
    [`SELECT 'it''s ${SECRET}', ?, $1`, 'SELECT ?, ?, $1'],
    [`SELECT E'a\\'${SECRET}' FROM "User"`, 'SELECT ? FROM "User"'],
    [`SELECT $tag$ ${SECRET} $tag$`, 'SELECT ?'],
    [`SELECT '${SECRET}`, 'SELECT ?'],
    [`SELECT 1 -- ${SECRET}\n, x'6869'`, 'SELECT ? , ?'],
    [`SELECT /* ${SECRET} */ a`, 'SELECT a'],
    ['SELECT 0x1F, 1e5 FROM a.b2', 'SELECT ?, ? FROM a.b2'],
  ])('%s has no values', (sql, expected) => {
    expect(hideLiterals(sql)).toBe(expected);
  });
});
