import { expect, test } from 'vitest';
import { createClientIp } from '../../../src/app/request/client-ip.ts';

test('ignores X-Forwarded-For by default', () => {
  expect(createClientIp(undefined)('::ffff:10.0.0.1', '1.2.3.4')).toBe('10.0.0.1');
  expect(createClientIp([])('10.0.0.1', '1.2.3.4')).toBe('10.0.0.1');
});

test('counts a number of trusted proxies from the right', () => {
  const ip = createClientIp(2);
  expect(ip('10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2')).toBe('1.2.3.4');
  expect(ip('10.0.0.1', '1.2.3.4')).toBe('1.2.3.4');
  expect(ip('10.0.0.1', undefined)).toBe('10.0.0.1');
});

test('skips the addresses of trusted proxies', () => {
  const ip = createClientIp(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);
  expect(ip('10.0.0.1', '6.6.6.6, 1.2.3.4, 10.9.9.9')).toBe('1.2.3.4');
  expect(ip('2001:db8::5', '2001:db9::1')).toBe('2001:db9::1');
  expect(ip('8.8.8.8', '1.2.3.4')).toBe('8.8.8.8');
  expect(ip('127.0.0.1', '1.2.3.4:5678')).toBe('1.2.3.4');
  expect(ip('127.0.0.1', '[2001:db9::1]:80')).toBe('2001:db9::1');
  expect(ip('127.0.0.1', '10.1.1.1, 10.2.2.2')).toBe('10.1.1.1');
});

test.each([
  'unknown',
  '',
  ' ',
  '_hidden',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.400',
  '<script>',
  '\u001b[31m',
  '1.2.3.4, unknown',
  '1.2.3.4,',
  'fe80::1%eth0',
  '[::1',
])('takes the proxy for the client when it forwards what is not an address: %j', (forwarded) => {
  expect(createClientIp(['127.0.0.1'])('127.0.0.1', forwarded)).toBe('127.0.0.1');
  expect(createClientIp(1)('127.0.0.1', forwarded)).toBe('127.0.0.1');
});

test('throws for a range that is malformed', () => {
  for (const range of [
    'x',
    '10.0.0.0/33',
    '300.1.1.1',
    '::1/129',
    '10.0.0.0/x',
    '10.0.0.0/',
    '10.0.0.0/8/8',
  ])
    expect(() => createClientIp([range])).toThrow(TypeError);
});
