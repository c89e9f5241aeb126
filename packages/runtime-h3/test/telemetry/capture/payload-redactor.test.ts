import type { Defs, Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { captureBody } from '../../../src/telemetry/capture/capture-body.ts';
import { PayloadRedactor } from '../../../src/telemetry/capture/payload-redactor.ts';
import type { CapturedBody } from '../../../src/types/capture.ts';

const redactor = ($defs: Defs = {}): PayloadRedactor =>
  new PayloadRedactor({
    redact: (text) => text.replaceAll('config"secret', '[redacted]'),
    known: [],
    $defs,
  });
const json = (value: unknown, schema?: Schema, $defs?: Defs): CapturedBody =>
  captureBody(JSON.stringify(value), 'application/json; charset=utf-8', redactor($defs), schema);

describe('a captured body', () => {
  test('hides fields by schema: password, writeOnly and x-gati-secret, through references', () => {
    const schema: Schema = {
      type: 'object',
      properties: {
        phrase: { type: 'string', format: 'password' },
        list: { type: 'array', items: { $ref: '#/$defs/Account' } },
        either: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/Account' }] },
        map: { type: 'object', additionalProperties: { type: 'number', writeOnly: true } },
      },
    };
    const $defs: Defs = {
      Account: {
        type: 'object',
        properties: { pin: { 'x-gati-secret': true }, next: { $ref: '#/$defs/Account' } },
      },
    };
    const account = { pin: { a: 1 }, name: 'Ada', next: { pin: 2 } };
    const { text, hidden } = json(
      { phrase: 'open sesame', list: [account], either: account, map: { a: 12 } },
      schema,
      $defs,
    );
    const shown = { pin: '[redacted]', name: 'Ada', next: { pin: '[redacted]' } };
    expect(JSON.parse(text!)).toEqual({
      phrase: '[redacted]',
      list: [shown],
      either: shown,
      map: { a: '[redacted]' },
    });
    expect(hidden).toContainEqual({ at: '/list/0/next/pin', why: 'schema' });
    expect(new Set(hidden!.map(({ why }) => why))).toEqual(new Set(['schema']));
  });

  test('hides fields by name, by the look of their text and by the configuration', () => {
    const { text, hidden } = json({
      password: { old: 'a', new: 'b' },
      'a/b': { apiKey: 'k' },
      note: 'pay with 4242424242424242, token=abc',
      card: 4242424242424242,
      env: 'the config"secret is here',
      url: 'postgres://ada:hunter2@db/shop',
      empty: { password: null },
    });
    expect(JSON.parse(text!)).toEqual({
      password: '[redacted]',
      'a/b': { apiKey: '[redacted]' },
      note: 'pay with [redacted], token=[redacted]',
      card: '[redacted]',
      env: 'the [redacted] is here',
      url: 'postgres://ada:***@db/shop',
      empty: { password: null },
    });
    expect(hidden).toEqual([
      { at: '/password', why: 'name' },
      { at: '/a~1b/apiKey', why: 'name' },
      { at: '/note', why: 'card' },
      { at: '/note', why: 'name' },
      { at: '/card', why: 'card' },
    ]);
  });

  test('hides fields of forms and named values of other text', () => {
    const form = captureBody(
      'name=Ada&password=hunter2&name=Bob',
      'application/x-www-form-urlencoded',
      redactor(),
    );
    expect(form.text).toBe('name=Ada&password=[redacted]&name=Bob');
    const xml = captureBody('<user><password>hunter2</password></user>', 'text/xml', redactor());
    expect(xml.text).toBe('<user><password>[redacted]</password></user>');
    const text = captureBody('Authorization: Bearer abc.def\nok', 'text/plain', redactor());
    expect(text.text).toBe('Authorization: [redacted]\nok');
  });

  test('has no text of bytes, broken JSON and large bodies', () => {
    expect(captureBody(new Uint8Array(9), 'image/png', redactor())).toEqual({
      type: 'image/png',
      size: 9,
      omitted: 'binary',
    });
    expect(captureBody('{"password":"hunter2"', 'application/json', redactor())).toEqual({
      type: 'application/json',
      size: 21,
      omitted: 'malformed',
    });
    expect(captureBody('a'.repeat(300_000), 'text/plain', redactor()).omitted).toBe('large');
  });

  test('is cut after 16 KiB, once its secrets are hidden', () => {
    const { text, omitted, size } = json({ text: 'ä '.repeat(20_000), password: 'hunter2' });
    expect(Buffer.byteLength(text!)).toBeLessThanOrEqual(16 * 1024);
    expect(text).not.toContain('\uFFFD');
    expect([omitted, size]).toEqual(['cut', 60_032]);
  });
});

test('credentials in headers and in the query are hidden', () => {
  const one = redactor();
  expect(one.header('authorization', 'Basic YTpi')).toBe('[redacted]');
  expect(one.header('cookie', 'sid=1')).toBe('[redacted]');
  expect(one.header('x-api-key', '1')).toBe('[redacted]');
  expect(one.header('accept', '*/*')).toBe('*/*');
  expect(one.hidden.map(({ at }) => at)).toEqual(['authorization', 'cookie', 'x-api-key']);
  expect(redactor().target('/a?code=1&q=4242424242424242&ok=a%20b')).toBe(
    '/a?code=[redacted]&q=[redacted]&ok=a%20b',
  );
});
