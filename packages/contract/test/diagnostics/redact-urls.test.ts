import { expect, test } from 'vitest';
import { GatiError } from '../../src/index.ts';
import { escapeOutput, redactUrls } from '../../src/internal.ts';

test.each([
  ['redis://app:hunter2@cache:6379/0', 'redis://app:***@cache:6379/0'],
  ['redis://:hunter2@cache', 'redis://:***@cache'],
  ['redis://hunter2@cache', 'redis://***@cache'],
  // Pasted without encoding.
  ['postgres://app:hun/t?e#r2@db/x', 'postgres://app:***@db/x'],
  ['postgres://app:hunter2@one@db/x', 'postgres://app:***@db/x'],
  ['at "postgresql://app:hunter2@db/x", retry', 'at "postgresql://app:***@db/x", retry'],
  ['https://app:hunter2@host/a@b', 'https://app:***@host/a@b'],
  ['s3://id:hunter2@bucket/prefix', 's3://id:***@bucket/prefix'],
  [
    'connect redis://a:1@x failed, then amqp://b:2@y',
    'connect redis://a:***@x failed, then amqp://b:***@y',
  ],
  [
    'postgres://db/x?user=app&password=hunter2&ssl=1',
    'postgres://db/x?user=app&password=***&ssl=1',
  ],
  [
    'https://a.queue.core.windows.net/?sv=1&sig=hunter2%3D',
    'https://a.queue.core.windows.net/?sv=1&sig=***',
  ],
  ['AccountName=a;AccountKey=hunter2==;Endpoint=x', 'AccountName=a;AccountKey=***;Endpoint=x'],
])('%s is shown without its password', (text, shown) => {
  expect(redactUrls(text)).toBe(shown);
});

test.each([
  'no URL here',
  'http://localhost:5173/@vite/client',
  'at file:///srv/node_modules/@gati/runtime-h3/dist/index.mjs:3:1',
  'mail a@b.c about https://host/x',
  'postgres://user:password@host/database',
  'https://packages.example/@scope/name',
])('%s stays as it is', (text) => {
  expect(redactUrls(text)).toBe(text);
});

test('a long text takes linear time', () => {
  for (const part of ['redis://', '://', '@', 'a=', '&sig=', ':'])
    expect(redactUrls(part.repeat(200_000)).length).toBeGreaterThan(0);
});

test('the message of each GatiError is without passwords', () => {
  const error = new GatiError({
    code: 'GATI_EFFECTS',
    message: 'No redis://a:hunter2@b.',
    fix: 'Do.',
  });
  expect(error.message).not.toContain('hunter2');
  expect(error.diagnostic.message).toBe('No redis://a:***@b.');
});

test('a printed line keeps the colors of commands and no other control character', () => {
  const green = '\u001b[32mlive\u001b[39m';
  expect(escapeOutput(`${green} \u001b[2J\u001b]0;title\u0007\u009b31m\u202e\ttab\nline`)).toBe(
    `${green} \\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u202e\ttab\nline`,
  );
  expect(escapeOutput('\u001b[8mhidden\u001b[5m')).toBe('hidden');
});
