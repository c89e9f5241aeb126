import { expect, test } from 'vitest';
import type { Logger } from '../../../src/types/context.ts';
import { bindLogger, createJsonLogger } from '../../../src/telemetry/log/logger.ts';
import { redact } from '../../../src/telemetry/log/redact.ts';
import { createTextLogger } from '../../../src/telemetry/log/text-logger.ts';

test('createJsonLogger writes JSON lines and hides values of secret-looking keys', () => {
  let text = '';
  const logger = bindLogger(
    createJsonLogger({ write: (lines) => (text += lines), fields: { app: 'a' } }),
    {
      route: 'GET /a',
    },
  );
  logger.debug('quiet');
  logger.info('hello', {
    user: { password: 'p', apiKey: 'k', name: 'n' },
    headers: { Authorization: 'Bearer x', 'set-cookie': 'y' },
    n: 1n,
    list: [new Date(0)],
  });
  logger.error('failed', {
    error: Object.assign(new Error('x', { cause: new TypeError('y') }), { code: 'E' }),
  });
  const [first, second] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toEqual({
    level: 'info',
    msg: 'hello',
    time: expect.any(Number),
    app: 'a',
    route: 'GET /a',
    user: { password: '[redacted]', apiKey: '[redacted]', name: 'n' },
    headers: { Authorization: '[redacted]', 'set-cookie': '[redacted]' },
    n: '1',
    list: ['1970-01-01T00:00:00.000Z'],
  });
  expect(second).toMatchObject({
    level: 'error',
    error: {
      message: 'x',
      code: 'E',
      stack: expect.any(String),
      cause: { name: 'TypeError', message: 'y' },
    },
  });
});

test.each([
  [true, '\u001b[90mtrace\u001b[0m look \u001b[90m{"a":1}\u001b[0m\n'],
  [false, 'trace look {"a":1}\n'],
])('createTextLogger writes one short line, with colors: %s', (colors, expected) => {
  let text = '';
  const logger = createTextLogger({ level: 'trace', colors, write: (lines) => (text += lines) });
  logger.trace('look', { a: 1 });
  expect(text).toBe(expected);
});

const HOSTILE = 'a\u001b[2J\u001b]0;title\u0007\r\u009b31m\u007f\u202e\u001b[31mred\u001b[0m';
// oxlint-disable-next-line no-control-regex -- no such character may be left
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test.each([
  ['a message', (logger: Logger) => logger.info(HOSTILE)],
  ['a field', (logger: Logger) => logger.info('a', { text: HOSTILE, [HOSTILE]: 1 })],
  ['an error', (logger: Logger) => logger.error('a', { error: new Error(HOSTILE) })],
  ['a thrown text', (logger: Logger) => logger.error('a', { error: HOSTILE })],
])('no logger writes control characters of %s', (_where, log) => {
  let text = '';
  const write = (lines: string): void => void (text += lines);
  log(createTextLogger({ colors: false, write }));
  log(createJsonLogger({ write }));
  expect(text).not.toMatch(CONTROL);
  expect(text).toContain('\\u001b[2J');
  expect(text).toContain('\\u009b31m');
});

test('redact limits depth and converts values that JSON does not support', () => {
  const ring: Record<string, unknown> = {};
  ring['ring'] = ring;
  expect(JSON.stringify(redact(ring))).toContain('[deep]');
  expect(redact(new Map([['token', 'x']]))).toEqual({ token: '[redacted]' });
  expect(redact({ f: () => 1, s: Symbol('x'), b: new Uint8Array(3), set: new Set([1]) })).toEqual({
    f: '[function]',
    s: '[symbol]',
    b: '[3 bytes]',
    set: [1],
  });
});

test('logs an error whose message and stack are no texts', () => {
  let text = '';
  const error = Object.assign(new Error('x'), { message: { no: 'text' }, stack: 7 });
  createJsonLogger({ write: (lines) => (text += lines) }).error('failed', { error });
  expect(JSON.parse(text).error).toEqual({ name: 'Error', message: { no: 'text' } });
});
