import { expect, test } from 'vitest';
import { createTrustedPeer } from '../../../src/app/request/client-ip.ts';
import { addressedHost, isOverHttps } from '../../../src/app/request/forwarded.ts';

const isTrusted = createTrustedPeer(['10.0.0.1']);

const request = (
  headers: Record<string, string>,
  peer = '10.0.0.1',
): Parameters<typeof addressedHost>[0] => ({
  authority: 'own.example:8080',
  encrypted: false,
  header: (name) => headers[name],
  peer,
});
const hostOf = (value: string, peer?: string): string | undefined =>
  addressedHost(request({ 'x-forwarded-host': value }, peer), isTrusted);
const isSecure = (value: string, peer?: string): boolean =>
  isOverHttps(request({ 'x-forwarded-proto': value }, peer), isTrusted);

test('reads forwarded headers of a trusted proxy only', () => {
  expect(hostOf('a.example')).toBe('a.example');
  expect(hostOf('a.example:443, b.example')).toBe('a.example:443');
  expect(hostOf('[::1]:80')).toBe('[::1]:80');
  expect(hostOf('a.example', '8.8.8.8')).toBe('own.example:8080');
  expect([isSecure('https'), isSecure('HTTPS, http'), isSecure('wss')]).toEqual([true, true, true]);
  expect(isSecure('https', '8.8.8.8')).toBe(false);
});

test.each([
  '',
  ' ',
  ', a.example',
  'a b',
  'a.example/path',
  'user@a.example',
  'a.example:port',
  'a"b',
])('ignores a forwarded host that is not a host: %j', (value) => {
  expect(hostOf(value)).toBe('own.example:8080');
});

test.each(['', 'ftp', 'https://', 'on', 'toString', '1'])(
  'ignores a forwarded protocol that is not one of HTTP: %j',
  (value) => {
    expect(isSecure(value)).toBe(false);
    const encrypted = { ...request({ 'x-forwarded-proto': value }), encrypted: true };
    expect(isOverHttps(encrypted, isTrusted)).toBe(true);
  },
);
