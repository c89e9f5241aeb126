import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hideSecrets } from '../../../src/telemetry/capture/secret-text.ts';

const hide = (text: string, known: string[] = []): { text: string; why: string[] } => {
  const why: string[] = [];
  return {
    text: hideSecrets(
      text,
      (each) => why.push(each),
      (token) => known.includes(token),
    ),
    why,
  };
};
const JWT = [{ alg: 'HS256' }, { sub: '1' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('c2lnbmF0dXJl')
  .join('.');

describe('text that looks like a secret', () => {
  test.each([
    ['a JSON Web Token', `Bearer ${JWT}`, 'token'],
    ['a key of a payment service', ['sk', 'live', '51HxYz2eZvKYlo2C'].join('_'), 'token'],
    ['a key of a cloud', `AKIA${'IOSFODNN7EXAMPLE'}`, 'token'],
    ['a random token', randomBytes(32).toString('base64url'), 'token'],
    ['hexadecimal digits of a key', randomBytes(32).toString('hex'), 'token'],
    ['a card number', '4242 4242 4242 4242', 'card'],
    ['a card number with hyphens', '5555-5555-5555-4444', 'card'],
    ['a card number without spaces', '378282246310005', 'card'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', 'token'],
  ])('hides %s', (_name, secret, reason) => {
    const { text, why } = hide(`before ${secret} after`);
    expect(text).toMatch(/^before (?:Bearer )?\[redacted\] after$/);
    expect(why).toEqual([reason]);
  });

  test.each([
    ['a UUID', randomUUID()],
    ['a ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a time in milliseconds', '1796034000000'],
    ['a time', '2026-11-30T11:13:04.123Z'],
    ['digits that are no card', '4242 4242 4242 4241'],
    ['prose', 'Supercalifragilisticexpialidocious isn’t a word_that_you_hear_every_day'],
    ['a long path', '/handlers/orders/by-customer/and-their-addresses'],
    ['an identifier', 'getOrdersOfCustomerWithTheirAddresses'],
    ['an amount', '1234567.89'],
  ])('leaves %s as it is', (_name, text) => {
    expect(hide(text)).toEqual({ text, why: [] });
  });

  test('leaves the ids of the request as they are', () => {
    const id = randomBytes(16).toString('hex');
    expect(hide(`id ${id}`, [id]).text).toBe(`id ${id}`);
  });

  test('hides nearly every random token of 24 characters', () => {
    const missed = Array.from({ length: 500 }, () => randomBytes(18).toString('base64url')).filter(
      (token) => hide(token).why.length === 0,
    );
    expect(missed.length).toBeLessThan(40);
  });

  test('searches a long text in linear time', () => {
    for (const unit of ['a', 'A ', '4', '-', 'eyJ', '=', '[', 'a=']) hide(unit.repeat(256 * 1024));
  });
});
